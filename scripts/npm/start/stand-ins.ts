import path from "node:path";
import { buildContainerImage, type ContainerImage } from "../../containers/container-image";
import { LocalRegistry } from "../../containers/local-registry";
import { pushImage } from "../../containers/push-image";
import type { LocalSession } from "../../session/local-session";
import type { FoundStandIn } from "../../session/stand-ins";
import type { ProgressTask } from "../../support/progress";
import { projectRoot } from "../../support/project";

/** The stand-ins that a start makes and pushes: those whose repositories have no image yet. */
export class StandInImages {
  private readonly missing: readonly FoundStandIn[];
  private readonly built = new Map<string, ContainerImage>();
  private readonly pushed = new Map<string, string>();

  constructor(private readonly session: Pick<LocalSession, "localAws" | "settings" | "standIns">) {
    this.missing = session.standIns.filter(({ digest }) => digest === undefined);
  }

  /** Tasks that make the images for some stacks, which need not be there yet. */
  builds(stacks: readonly string[]): ProgressTask[] {
    const needed = this.missing.filter(({ stack }) => stacks.includes(stack));
    const recipes = [...new Set(needed.map(({ recipe }) => recipe))];
    return recipes.map((recipe) => ({
      title: `image of containers: ${recipe} (a stand-in; takes a minute, once)`,
      run: async (report, retitle) => {
        const folder = path.join(projectRoot, "scripts", "local-aws", "stand-ins", recipe);
        this.built.set(recipe, await buildContainerImage({ recipe: folder }, report));
        retitle(`image of containers: ${recipe}, a stand-in`);
      },
    }));
  }

  /** Tasks that push what the stacks of a wave need. The stacks before them have made the repositories. */
  pushes(wave: readonly string[]): ProgressTask[] {
    const { localAws, settings } = this.session;
    const needed = this.missing.filter(({ stack, setting }) => wave.includes(stack) && !this.pushed.has(setting));
    return needed.map(({ recipe, repository, setting }) => ({
      title: `push ${repository}`,
      run: async () => {
        const image = this.built.get(recipe);
        if (image === undefined) throw new Error(`${recipe}: expected an image, got none`);
        const registry = await LocalRegistry.of(localAws, settings.aws.region);
        const target = { registry: registry.address, repository, tag: "stand-in", token: await registry.token() };
        this.pushed.set(setting, await pushImage(image, target));
      },
    }));
  }

  /** All stand-ins, with the digests of those that were pushed meanwhile. */
  get found(): readonly FoundStandIn[] {
    return this.session.standIns.map((each) => ({ ...each, digest: each.digest ?? this.pushed.get(each.setting) }));
  }
}

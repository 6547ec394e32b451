import { afterEach, describe, expect, test } from "vitest";
import { Parameters } from "../../../scripts/release/parameters";
import { type Answer, FakeAws } from "../aws/fake-aws";
import { localTarget } from "./release-target";

let ssm: FakeAws | undefined;
afterEach(() => ssm?.close());

const name = "/workbench-local/ecs/grand-central/release";
const refusal = (type: string): Answer => [400, JSON.stringify({ __type: type, message: "It is so." })];

async function parameters(...answers: Answer[]): Promise<Parameters> {
  ssm = await FakeAws.answeringInTurn(...answers);
  return Parameters.open(localTarget(ssm.local));
}

describe("the parameters of releases", () => {
  test("say what they hold, since when, and in which version", async () => {
    const said = { Parameter: { Value: "none", Version: 3, LastModifiedDate: 1_764_500_000 } };
    expect(await (await parameters([200, JSON.stringify(said)])).read(name)).toEqual({
      value: "none",
      version: 3,
      at: new Date(1_764_500_000_000),
    });
  });

  test("fail in one sentence when the stacks are not deployed", async () => {
    await expect((await parameters(refusal("ParameterNotFound"))).read(name)).rejects.toThrow(
      `parameter: expected ${name} in eu-west-1, got none; run \``,
    );
  });

  test("are written again while somebody else writes", async () => {
    const store = await parameters(refusal("TooManyUpdates"), [200, JSON.stringify({ Version: 5 })]);
    expect(await store.write(name, "none")).toBe(5);
    expect(ssm?.asked).toHaveLength(2);
  });

  test("are not written again when the store refuses", async () => {
    const store = await parameters(refusal("ParameterPatternMismatchException"));
    await expect(store.write(name, "none")).rejects.toThrow(
      "Systems Manager's PutParameter in eu-west-1: ParameterPatternMismatchException: It is so",
    );
    expect(ssm?.asked).toHaveLength(1);
  });
});

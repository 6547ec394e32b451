/**
 * @module-tag ec2
 * @module-tag packer
 * @memory 2500 MiB
 * @minutes 9
 */

import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { projectRoot } from "../../../scripts/support/project";
import { OpenUser } from "../open-user";
import { unwrapped } from "../said";
import { story } from "../steps";
import { throughTunnel } from "../tunnel";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { isolate } from "./isolate";
import { JupyterLab, withoutBrowser } from "./jupyter";
import { evaluate, NreplClient } from "./nrepl";
import { OtherMachine } from "./other-machine";
import { buildLeftovers, ownImages, ownSnapshots, packerBuild, withoutPacker } from "./packer";

const missing = withoutPacker ?? withoutBrowser;

/** A Clojure notebook that writes a file to the volume, and what its cells show. */
const clojure = {
  name: "readings.ipynb",
  cells: [
    '(println "Clojure" (clojure-version))',
    `(def readings
  [{:city "Oslo" :celsius -4.5}
   {:city "Lagos" :celsius 31.0}
   {:city "Lima" :celsius 19.5}])

(->> readings
     (sort-by :celsius)
     (mapv #(assoc % :warm (> (:celsius %) 15))))`,
    `(require '[clojure.data.csv :as csv]
         '[clojure.java.io :as io])

(with-open [file (io/writer "readings.csv")]
  (csv/write-csv file (map (juxt :city :celsius)
                           readings)))`,
  ],
  shown: [
    "Clojure 1.12.6",
    `[{:city "Oslo", :celsius -4.5, :warm false}
 {:city "Lima", :celsius 19.5, :warm true}
 {:city "Lagos", :celsius 31.0, :warm true}]`,
  ],
};

/** A Python notebook that reads that file. */
const python = {
  name: "warmest.ipynb",
  cells: [
    `import csv

with open("readings.csv") as f:
    rows = list(csv.reader(f))
[city for city, _ in rows]`,
    "max(float(c) for _, c in rows)",
  ],
  shown: ["['Oslo', 'Lagos', 'Lima']", "31.0"],
};

/** A notebook that JupyterLab has never opened. */
const unopened = {
  name: "unopened.ipynb",
  cells: ["(+ 40 2)"],
  shown: ["42"],
  file: JSON.stringify({
    cells: [{ cell_type: "code", id: "sum", source: "(+ 40 2)", metadata: {}, outputs: [], execution_count: null }],
    metadata: { kernelspec: { name: "clojure", display_name: "Clojure", language: "clojure" } },
    nbformat: 4,
    nbformat_minor: 5,
  }),
};

/** Runs `work` in a browser at an address of JupyterLab. */
async function inBrowser(url: string, work: (lab: JupyterLab) => Promise<void>): Promise<void> {
  const lab = await JupyterLab.open(url);
  // A screenshot of the failure says more than a stack trace.
  await work(lab)
    .catch(async (error) => {
      await lab.screenshot(path.join(projectRoot, ".workbench", "logs", "jupyterlab.png"));
      throw error;
    })
    .finally(() => lab.close());
}

describe.skipIf(missing !== undefined)(`the machine image${missing ? ` (${missing})` : ""}`, () => {
  let opener: OpenUser;
  let user: Workbench;
  let image: string;
  const step = story();

  /** Runs `work` through the tunnel that the ec2 stack prints. */
  const tunnelled = async (work: () => Promise<void>) => throughTunnel((await user.outputs("ec2"))["ssh"] ?? "", work);
  const atJupyter = (work: (lab: JupyterLab) => Promise<void>) =>
    tunnelled(async () => inBrowser(await user.ssh("jupyter-url"), work));
  /** Runs `work` in the browser that `npm run open` opens, and then presses Ctrl-C. */
  const throughOpen = async (work: (lab: JupyterLab) => Promise<void>) => {
    const opened = opener.begin([]);
    await opened.says("Ctrl-C closes the tunnel.");
    await inBrowser(await opener.browsed(), work);
    opened.signal("SIGINT");
    expect((await opened.ended).exitCode).toBe(130);
  };
  const atRepl = (code: string) => evaluate(user.tunnelPorts.nrepl, code);
  const listening = async (...ports: number[]) => {
    const { output } = await user.trySsh("ss --no-header --listening --tcp --numeric");
    return ports.every((port) => output.includes(`:${port} `));
  };
  const waitForServices = () => {
    const { nrepl, jupyter } = user.tunnelPorts;
    return until("both services", () => listening(nrepl, jupyter));
  };
  /** The machine's id as soon as it boots, long before its volume is mounted and its services start. */
  const running = (): Promise<string> => {
    const query = "Reservations[].Instances[?State.Name=='running'].InstanceId[]";
    return until("a machine to boot", async () => (await user.aws("ec2", "describe-instances", "--query", query))[0]);
  };

  beforeAll(async () => {
    opener = await OpenUser.start();
    user = opener.workbench;
    user.settings = { ...user.settings, EC2_IMAGE_SOURCE: "workbench", EC2_STOP_WHEN_IDLE_AFTER_MINUTES: "60" };
  });
  afterAll(() => opener?.end());

  step("ec2 says how to build one while there is none", async () => {
    await user.deploy("ebs");
    expect(unwrapped((await user.terraform(["plan"], "ec2")).output)).toContain(
      "image: expected one in this region, got none named workbench-workbench-amd64-* of owner self; " +
        "build one with `packer build packer/workbench`",
    );
  });

  step("packer builds it from nothing, and its tags say what is in it", async () => {
    const { nrepl, jupyter } = user.tunnelPorts;
    const volumes = await buildLeftovers(user);
    const build = await packerBuild(user, "-var", `nrepl_port=${nrepl}`, "-var", `jupyter_port=${jupyter}`);
    expect(build.exitCode, build.all).toBe(0);
    const [built, ...others] = await ownImages(user);
    expect(others).toEqual([]);
    expect(built?.tags).toMatchObject({
      Project: "workbench",
      Image: "workbench",
      SourceImageName: expect.stringMatching(/^debian-13-amd64-/),
      Clojure: "1.12.6",
      Java: "21",
      JupyterLab: expect.stringMatching(/^4\.6\.\d+$/),
      Commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      MountPoint: "/data",
      NreplPort: String(nrepl),
      JupyterPort: String(jupyter),
    });
    image = built?.id ?? "";
    // Nothing but the image and its snapshot is new.
    expect(await buildLeftovers(user)).toEqual(volumes);
    expect(await ownSnapshots(user)).toEqual([built?.snapshotId]);
  });

  step("nothing of the build is in it: no key, identity, history, log or first boot", async () => {
    const folder = path.join(user.session.localAws.home, "images", image, "files");
    const taken = [
      ...["./etc/ssh/ssh_host_*", "./etc/machine-id", "./root/.*_history", "./home/*/.*_history", "./tmp/*"],
      ...["./root/.ssh/*", "./home/*/.ssh/*", "./var/lib/cloud/*", "./var/lib/apt/lists/*", "./var/log/*"],
    ].flatMap((pattern) => ["-o", "-path", pattern]);
    // Written later: the local AWS writes the seed before each machine's first boot, a machine its journal as it shuts
    // down.
    const later = ["-not", "-path", "./var/lib/cloud/seed/*", "-not", "-path", "./var/log/journal/*"];
    // Only files: in this layer, a device stands for a file deleted from the base image.
    const files = [".", "-type", "f", "-size", "+0", ...later, "(", "-false", ...taken, ")"];
    const found = await execa("find", files, { cwd: folder });
    expect(found.stdout).toBe("");
    const keys = ["--recursive", "--files-with-matches", "--regexp=-----BEGIN [A-Z ]*PRIVATE KEY-----", "etc", "home"];
    expect((await execa("grep", keys, { cwd: folder, reject: false })).stdout).toBe("");
  });

  step("a manifest and a bill of materials lie beside it", async () => {
    const folder = path.join(user.session.localAws.home, "packer", "workbench");
    const manifest = JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"));
    expect(manifest.builds.at(-1).artifact_id).toBe(`eu-west-1:${image}`);
    const bill = JSON.parse(readFileSync(path.join(folder, "packages.cdx.json"), "utf8"));
    const packages = bill.components.map(({ purl }: { purl: string }) => purl);
    expect(bill).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.6" });
    expect(packages).toContainEqual(expect.stringMatching(/^pkg:deb\/debian\/openjdk-21-jdk-headless@21/));
    expect(packages).toContainEqual(expect.stringMatching(/^pkg:pypi\/jupyterlab@4\.6/));
    expect(packages).toContain("pkg:maven/org.clojure/clojure@1.12.6");
    expect(readFileSync(path.join(folder, "maven.sha256"), "utf8")).toBe(
      readFileSync(path.join(projectRoot, "packer/workbench/files/maven.sha256"), "utf8"),
    );
  });

  step("ec2 boots it, and its services come up on the volume", async () => {
    await user.deploy("ec2");
    expect((await user.outputs("ec2"))["image_id"]).toBe(image);
    await waitForServices();
    const service = "systemctl show --property User --property WorkingDirectory --property ActiveState";
    for (const unit of ["workbench-nrepl", "workbench-jupyter"]) {
      const shown = await user.ssh(`${service} ${unit}`);
      expect(shown.split("\n").sort()).toEqual(["ActiveState=active", "User=admin", "WorkingDirectory=/data"]);
    }
    expect(await user.ssh("stat -c '%a %U' ~/.jupyter/token")).toBe("600 admin");
  });

  step("a plan for another mount point or port says that the image has to be built again", async () => {
    const { settings } = user;
    user.settings = { ...settings, EC2_MOUNT_MOUNT_POINT: "/elsewhere", SERVICES_NREPL_PORT: "30000" };
    const said = unwrapped((await user.terraform(["plan"], "ec2")).output);
    user.settings = settings;
    const tags = `with which the image ${image} was built`;
    const fix = "build the image again, or set it back.";
    expect(said).toContain(`ec2.mount.mountPoint: expected /data, ${tags}, got /elsewhere; ${fix}`);
    expect(said).toContain(
      `services.nreplPort: expected ${settings["SERVICES_NREPL_PORT"]}, ${tags}, got 30000; ${fix}`,
    );
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("nREPL evaluates an expression through the tunnel", () =>
    tunnelled(async () => {
      expect(await atRepl("[(clojure-version) (+ 40 2)]")).toEqual(['["1.12.6" 42]']);
      const both =
        '(require \'[clojure.data.json :as json]) (json/write-str {:volume (System/getProperty "user.dir")})';
      expect(await atRepl(both)).toEqual(["nil", JSON.stringify('{"volume":"\\/data"}')]);
      await expect(atRepl("(/ 1 0)")).rejects.toThrow("Divide by zero");
    }),
  );

  step("in a browser, a Clojure notebook writes to the volume and a Python notebook reads it", () =>
    atJupyter(async (lab) => {
      await lab.writeNotebook("Clojure", clojure);
      await lab.writeNotebook("Python", python);
      await lab.moveToTheRight();
      await lab.screenshot(path.join(projectRoot, ".workbench", "jupyterlab.png"));
    }),
  );

  step("a file says that the REPL evaluates, until it ends, also for a client that has hung up", () =>
    tunnelled(async () => {
      const isBusy = async () => (await user.trySsh("test -e /run/workbench-nrepl/busy")).exitCode === 0;
      const isIdle = async () => !(await isBusy());
      const { nrepl } = user.tunnelPorts;
      expect(await isBusy()).toBe(false);
      await user.ssh("touch go-on");
      const gone = new NreplClient(nrepl);
      gone.send({ op: "eval", code: '(while (.exists (java.io.File. "/home/admin/go-on")) (Thread/sleep 50))' });
      await until("the REPL to be busy", isBusy);
      gone.hangUp();
      const connections = `ss --no-header --tcp --numeric state established sport = :${nrepl}`;
      await until("its client to be gone", async () => (await user.ssh(connections)) === "");
      expect(await isBusy()).toBe(true);
      expect(await user.ssh("workbench-idle")).toMatch(/^REPL +yes /m);
      await user.ssh("rm go-on");
      await until("the REPL to be idle", isIdle);

      await expect(atRepl("(/ 1 0)")).rejects.toThrow("Divide by zero");
      expect(await isBusy()).toBe(false);

      // It ignores that it is interrupted, as some programs do.
      const stubborn = "(while true (try (Thread/sleep 60000) (catch InterruptedException _)))";
      const client = new NreplClient(nrepl);
      const session = await client.session();
      client.send({ op: "eval", session, id: "first", code: stubborn });
      await until("the REPL to be busy", isBusy);
      client.send({ op: "interrupt", session, id: "second", "interrupt-id": "first" });
      await client.answer("11:interrupted");
      await until("the REPL to be idle", isIdle);
      client.send({ op: "eval", session, id: "third", code: stubborn });
      await until("the REPL to be busy", isBusy);
      client.send({ op: "close", session, id: "fourth" });
      await client.answer("14:session-closed");
      await until("the REPL to be idle", isIdle);
      client.hangUp();

      // A file that cannot be written fails no evaluation.
      await user.ssh("sudo chown root /run/workbench-nrepl");
      expect(await atRepl("(+ 40 2)")).toEqual(["42"]);
      expect(await user.ssh("sudo journalctl --unit workbench-nrepl --output cat --grep 'is out of date'")).toContain(
        "workbench.repl: /run/workbench-nrepl/busy is out of date: java.io.IOException: Permission denied",
      );
    }),
  );

  step("on a volume without a free byte, and on a read-only one, both services start and answer", async () => {
    const answers = async () => {
      const byte = await user.trySsh("echo >/data/byte");
      await user.ssh("sudo systemctl restart workbench-nrepl workbench-jupyter");
      await waitForServices();
      await atJupyter(async (lab) => {
        expect(await atRepl("(+ 40 2)")).toEqual(["42"]);
        await lab.runNotebook("Clojure", unopened);
      });
      return byte.output;
    };
    await user.ssh(`mkdir /data/full && cat >/data/${unopened.name} <<<'${unopened.file}'`);
    const fill = "while fallocate --length $size /data/full/$((n += 1)) 2>/dev/null; do :; done";
    await user.ssh(`n=0; for size in 64M 1M 64K; do ${fill}; done; dd if=/dev/zero of=/data/full/rest bs=4K || true`);
    expect(await answers()).toContain("No space left on device");
    await user.ssh("sudo mount -o remount,ro /data");
    expect(await answers()).toContain("Read-only file system");
    await user.ssh(`sudo mount -o remount,rw /data && rm -r /data/full /data/${unopened.name}`);
  });

  step("nothing but SSH can be reached from another machine", async () => {
    const other = await OtherMachine.start(user);
    const { address = "", instance_id: id = "" } = await user.outputs("ec2");
    const privateAddress = ["--query", "Reservations[0].Instances[0].PrivateIpAddress"];
    const inside: string = await user.aws("ec2", "describe-instances", "--instance-ids", id, ...privateAddress);
    for (const each of [address, inside]) expect(await other.openPorts(each)).toEqual([2222]);
    // Proof that the scan works: it finds a service that listens on every address.
    await user.ssh("sudo systemd-run --quiet --unit careless python3 -m http.server 20002");
    await until("the careless server", () => listening(20002));
    expect(await other.openPorts(address)).toEqual([2222, 20002]);
    await user.ssh("sudo systemctl stop careless");
    await other.end();
  });

  step("a kernel that computes keeps the machine from stopping itself, until it has computed", async () => {
    const isBusy = async () => /^JupyterLab +yes +1 of /m.test(await user.ssh("workbench-idle"));
    expect(await isBusy()).toBe(false);
    await user.ssh("touch go-on");
    const code = "import os, time\nwhile os.path.exists('/home/admin/go-on'): time.sleep(0.05)\n1";
    const cell = readFileSync(path.join(projectRoot, "packer/workbench/files/bin/run-cell")).toString("base64");
    const run = `echo ${cell} | base64 --decode >run-cell && export TOKEN=$(cat ~/.jupyter/token) && \
      /usr/local/lib/workbench/jupyter/bin/python run-cell ${user.tunnelPorts.jupyter} python3 "${code}"`;
    const answer = user.ssh(run);
    await until("the kernel to be busy", isBusy);
    await user.ssh("rm go-on");
    expect(await answer).toBe("1");
    await until("the kernel to be idle", async () => !(await isBusy()));
  });

  step("after a reboot, nREPL is back, and one command opens JupyterLab in a browser", async () => {
    const before = await user.bootId();
    await user.aws("ec2", "reboot-instances", "--instance-ids", (await user.outputs("ec2"))["instance_id"] ?? "");
    await user.waitForBoot(before);
    await throughOpen(async (lab) => {
      await lab.openNotebook(clojure);
      await lab.writeNotebook("Clojure", {
        name: "after-reboot.ipynb",
        cells: ['(slurp "readings.csv")'],
        shown: [JSON.stringify("Oslo,-4.5\nLagos,31.0\nLima,19.5\n")],
      });
    });
    await waitForServices();
    await tunnelled(async () => expect(await atRepl("(+ 40 2)")).toEqual(["42"]));
  });

  step("destroyed and deployed again, on a machine without a network, the notebooks are there", async () => {
    await user.destroy("ec2");
    await Promise.all([user.deploy("ec2"), running().then(isolate)]);
    expect((await user.trySsh("ip route get 192.0.2.1")).output).toContain("No route to host");
    await waitForServices();
    await atJupyter((lab) => lab.openNotebook(clojure));
  });

  step("a newer image changes no plan, unless a setting says to follow new ones", async () => {
    const copy = [
      "--source-image-id",
      image,
      "--source-region",
      "eu-west-1",
      "--name",
      "workbench-workbench-amd64-newer",
    ];
    const { ImageId: newer } = await user.aws("ec2", "copy-image", ...copy);
    const tags = ["--tags", "Key=Project,Value=workbench", "Key=Image,Value=workbench"];
    await user.aws("ec2", "create-tags", "--resources", newer, ...tags);
    expect((await user.plan("ec2")).changes).toBe("");
    user.settings = { ...user.settings, EC2_IMAGE_FOLLOW_NEW: "true" };
    const { changes } = await user.plan("ec2");
    expect(changes).toContain("# aws_instance.machine must be replaced");
    expect(changes).not.toContain("# aws_ebs_volume");
    expect((await user.plan("ebs")).changes).toBe("");
    const { data_volume_id: volume } = await user.outputs("ec2");
    await user.deploy("ec2");
    expect(await user.outputs("ec2")).toMatchObject({ image_id: newer, data_volume_id: volume });
    await waitForServices();
    expect(await user.ssh("ls /data")).toContain(clojure.name);
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("the old image is retired, the one in use is not", async () => {
    const { exitCode, all } = await user.local("npm", "run", "packer:retire", "--", "--keep", "1", "--yes");
    expect(exitCode, all).toBe(0);
    expect(all).toContain("retired workbench-workbench-amd64-");
    expect((await ownImages(user)).map(({ name }) => name)).toEqual(["workbench-workbench-amd64-newer"]);
  });
});

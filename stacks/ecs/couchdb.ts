import type { ContainerProps } from "../../modules/containers/container-definition";
import type { HostFolder } from "../../modules/containers/container-host";
import { readyMemoryMiB, withReadyContainer } from "../../modules/containers/ready-container";
import { couchdbFolders, couchdbPort, ownFolder } from "./planned-services";

/** User id of CouchDB in its image. Source: apache/couchdb-docker, 3.5/Dockerfile (read 2026-11). */
const couchdbUser = 5984;

/** Where the image has CouchDB. Source: as above. */
const home = "/opt/couchdb";

/** Folder of the host with the programs that prepare a container's start. */
const preparePrograms = "/usr/local/lib/workbench/container-host/prepare";

const prepareMemoryMiB = 64;

/** Memory of the containers beside CouchDB's own. */
export const besideCouchdbMemoryMiB = prepareMemoryMiB + readyMemoryMiB;

/** What CouchDB's containers need. */
export interface CouchdbProps {
  /** Image by its digest. */
  readonly image: string;
  readonly memoryMiB: number;
  readonly adminName: string;
  /** ARN of the secret with the admin's password. */
  readonly passwordArn: string;
  /** Where the host mounts the data volume. */
  readonly mountPoint: string;
  readonly stopTimeoutSec: number;
}

/** Folders on the volume that CouchDB writes to. */
export function couchdbHostFolders(mountPoint: string): HostFolder[] {
  return [...Object.values(couchdbFolders), `${ownFolder}/gate/couchdb`].map((folder) => ({
    path: `${mountPoint}/${folder}`,
    owner: couchdbUser,
  }));
}

/**
 * CouchDB, and before it a container of the same image that prepares its start: it waits until the host took a snapshot
 * if the image is another one than the last that worked, and makes CouchDB take the present password. After it comes one
 * that makes a CouchDB that does not start a failed deployment.
 */
export function couchdbContainers(props: CouchdbProps): ContainerProps[] {
  const { image, adminName, mountPoint } = props;
  const user = String(couchdbUser);
  const gate = { hostPath: `${mountPoint}/${ownFolder}/gate/couchdb`, containerPath: "/workbench/gate" };
  const prepare = { hostPath: preparePrograms, containerPath: "/workbench/prepare", readOnly: true };
  const environment = { COUCHDB_USER: adminName, WORKBENCH_IMAGE: image };
  const settings = { hostPath: `${mountPoint}/${couchdbFolders.settings}`, containerPath: `${home}/etc/local.d` };
  const couchdb = {
    name: "couchdb",
    image,
    memoryMiB: props.memoryMiB,
    user,
    environment,
    secrets: { COUCHDB_PASSWORD: props.passwordArn },
    ports: [{ containerPort: couchdbPort, hostPort: couchdbPort }],
    mounts: [
      { hostPath: `${mountPoint}/${couchdbFolders.data}`, containerPath: `${home}/data` },
      settings,
      gate,
      prepare,
    ],
    healthCheck: {
      // A healthy CouchDB makes its image the last one that worked.
      command: `curl --fail --silent http://127.0.0.1:${couchdbPort}/_up && sh /workbench/prepare/record-healthy`,
      intervalSec: 10,
      timeoutSec: 5,
      retries: 6,
      startPeriodSec: 60,
    },
    stopTimeoutSec: props.stopTimeoutSec,
    after: ["prepare"],
  };
  return [
    {
      name: "prepare",
      image,
      memoryMiB: prepareMemoryMiB,
      essential: false,
      user,
      entryPoint: ["sh", "/workbench/prepare/couchdb"],
      environment,
      mounts: [gate, settings, prepare],
    },
    ...withReadyContainer(couchdb),
  ];
}

/** Ports that a rule of a security group opens. */
export interface Port {
  /** Part of the rule's Terraform address. */
  readonly portName: string;
  /** The ports in the rule's arguments. */
  readonly portArguments: { readonly ipProtocol: string; readonly fromPort?: number; readonly toPort?: number };
}

/** Every protocol and port. */
export const everyPort: Port = { portName: "all", portArguments: { ipProtocol: "-1" } };

/** TCP ports from `from` to `to`. @param to the last port. @default from */
export function tcp(from: number, to = from): Port {
  return ports("tcp", from, to);
}

/** The port of HTTPS. */
export const https = tcp(443);

/** UDP ports from `from` to `to`. @param to the last port. @default from */
export function udp(from: number, to = from): Port {
  return ports("udp", from, to);
}

function ports(ipProtocol: string, fromPort: number, toPort: number): Port {
  const name = [ipProtocol, fromPort, ...(toPort === fromPort ? [] : [toPort])].join("_");
  return { portName: name, portArguments: { ipProtocol, fromPort, toPort } };
}

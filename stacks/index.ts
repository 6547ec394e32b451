// Every stack, a line each; `after` in its definition gives the order of deployment.
export { ebs } from "./ebs/definition";
export { ec2 } from "./ec2/definition";
export { state } from "./state/definition";

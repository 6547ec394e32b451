// Every stack, one a line, sorted by name. `after` in a definition sets the order of deployment.
export { ebs } from "./ebs/definition";
export { ec2 } from "./ec2/definition";
export { ecs } from "./ecs/definition";
export { ecsData } from "./ecs-data/definition";
export { state } from "./state/definition";

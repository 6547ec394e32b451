/** Settings that had another name once, by that name: whoever still writes it is told the new one. */
export const renamed: Readonly<Record<string, string>> = {
  "ec2.instanceType": "instanceTypes.ec2",
  "ecs.instanceType": "instanceTypes.ecs",
};

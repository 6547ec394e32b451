import { z } from "zod";

/** Periods for which CloudWatch Logs keeps lines, in days. Source: PutRetentionPolicy, AWS (read 2026-11). */
const periods = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** How long CloudWatch Logs keeps lines, in days. */
export const retentionDays = () =>
  z.literal(periods, { error: `a period that CloudWatch Logs offers, in days: ${periods.join(", ")}` });

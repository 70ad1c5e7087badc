import type { Limits } from "../../api/types.ts";

export const limitNames = [
  "maxUsers",
  "maxConcurrentUsers",
  "maxConcurrentRequests",
  "maxApiCallsPerHour",
  "maxStorageGb",
] as const satisfies readonly (keyof Limits)[];

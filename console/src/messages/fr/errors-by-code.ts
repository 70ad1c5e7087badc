import { peopleErrors } from "./errors/people.ts";
import { platformErrors } from "./errors/platform.ts";
import { rightsErrors } from "./errors/rights.ts";

/** By code of the server's error tables; a test holds both together. */
export const errorsByCode: Record<string, { title: string; cure: string }> = {
  ...peopleErrors,
  ...rightsErrors,
  ...platformErrors,
};

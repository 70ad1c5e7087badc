import { isIP } from "node:net";
import type { FieldProblem } from "../base/errors.ts";
import { readIp } from "./cedar/ip-address.ts";
import type { Condition } from "./conditions.ts";

/** What a form cannot say by its schema alone. */
export function conditionProblems(condition: Condition, path: string): FieldProblem[] {
  if (condition.kind === "address") {
    return condition.ranges.flatMap((range, i) =>
      isAddressRange(range)
        ? []
        : [
            {
              path: `${path}.ranges[${i}]`,
              message: `Expected an address or a range such as 10.0.0.0/8, got \`${range}\`.`,
            },
          ],
    );
  }
  if (condition.kind !== "time") return [];
  return (["from", "to"] as const).flatMap((name) =>
    /^([01]\d|2[0-3]):[0-5]\d$/.test(condition[name])
      ? []
      : [
          {
            path: `${path}.${name}`,
            message: `Expected \`${name}\` to be HH:MM, got \`${condition[name]}\`.`,
          },
        ],
  );
}

export function isAddressRange(text: string): boolean {
  return isIP(text.split("/")[0] ?? "") !== 0 && readIp(text) !== undefined;
}

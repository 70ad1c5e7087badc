import { type Condition, conditionText, quoted } from "../../../../src/access/conditions.ts";

/** A policy as the form has it. */
export interface PolicyForm {
  /** `forbid`: to all but those for whom the conditions hold. `permit`: to those for whom they hold. */
  readonly effect: "forbid" | "permit";
  /** Key of a role; empty: everyone. */
  readonly role: string;
  readonly permissions: readonly string[];
  readonly conditions: readonly Condition[];
}

/** The Cedar text of a form. */
export function composePolicy({ effect, role, permissions, conditions }: PolicyForm): string {
  const principal = role === "" ? "principal" : `principal in Role::${quoted(role)}`;
  const names = permissions.map((name) => `Action::${quoted(name)}`);
  const action = names.length === 0 ? "action" : `action in [${names.join(", ")}]`;
  const head = `${effect} (\n  ${principal},\n  ${action},\n  resource\n)`;
  if (conditions.length === 0) return `${head};\n`;
  const texts = conditions.map((condition) => `(${conditionText(condition)})`);
  const word = effect === "forbid" ? "unless" : "when";
  return `${head}\n${word} {\n  ${texts.join(" &&\n  ")}\n};\n`;
}

export type ConditionKind = Condition["kind"];
export const conditionKinds: readonly ConditionKind[] = [
  "time",
  "address",
  "mfa",
  "device",
  "purpose",
  "attribute",
  "feature",
  "plan",
];

/** A condition to begin with, whole but for what only its author knows. */
export function emptyCondition(kind: ConditionKind): Condition {
  switch (kind) {
    case "time":
      return { kind, days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "18:00" };
    case "address":
      return { kind, ranges: [] };
    case "mfa":
      return { kind, maxAgeMinutes: 10 };
    case "device":
      return { kind, devices: ["desktop"] };
    case "purpose":
      return { kind, purposes: [] };
    case "attribute":
      return { kind, name: "", values: [] };
    case "feature":
      return { kind, feature: "" };
    case "plan":
      return { kind, plans: [] };
    default:
      return kind satisfies never;
  }
}

/** Whether the condition says everything that it must. */
export function isWhole(condition: Condition): boolean {
  switch (condition.kind) {
    case "time":
      return condition.days.length > 0 && isTime(condition.from) && isTime(condition.to);
    case "address":
      return condition.ranges.length > 0;
    case "mfa":
      return condition.maxAgeMinutes >= 1;
    case "device":
      return condition.devices.length > 0;
    case "purpose":
      return condition.purposes.length > 0;
    case "attribute":
      return condition.name.trim() !== "" && condition.values.length > 0;
    case "feature":
      return condition.feature.trim() !== "";
    case "plan":
      return condition.plans.length > 0;
    default:
      return condition satisfies never;
  }
}

function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

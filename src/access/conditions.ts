import type { Device } from "./device.ts";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

/** How a passkey proves somebody (RFC 8176): bound to hardware, or to a vendor's account. */
const PASSKEYS = ["hwk", "swk"];

/** A condition as the console's forms have it. All conditions of a grant must hold. */
export type Condition =
  /** On these days, from `from` until before `to` (HH:MM in the tenant's zone); a `to` that is not later goes past midnight. */
  | { readonly kind: "time"; readonly days: readonly Day[]; readonly from: string; readonly to: string }
  /** From one of these addresses or ranges. */
  | { readonly kind: "address"; readonly ranges: readonly string[] }
  /** A second factor was used in this session at most so long ago; with `methods`, one of these (RFC 8176). */
  | { readonly kind: "mfa"; readonly maxAgeMinutes: number; readonly methods?: readonly string[] }
  /**
   * From one of these, as the client says of itself; bound: and signed in, or confirmed, with a passkey; known: and
   * signed in with this browser for the first time so many days ago or earlier.
   */
  | {
      readonly kind: "device";
      readonly devices: readonly Device[];
      readonly isPasskeyBound?: boolean;
      readonly knownForDays?: number;
    }
  /** The tenant's plan has this feature. */
  | { readonly kind: "feature"; readonly feature: string }
  /** The tenant has one of these plans. */
  | { readonly kind: "plan"; readonly plans: readonly string[] }
  /** The caller says one of these purposes. */
  | { readonly kind: "purpose"; readonly purposes: readonly string[] }
  /** The attribute of the resource has one of these values. */
  | { readonly kind: "attribute"; readonly name: string; readonly values: readonly string[] };

/** The condition as a Cedar expression of our schema. */
export function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case "time": {
      const [from, to] = [minuteOf(condition.from), minuteOf(condition.to)];
      const hours =
        from < to
          ? `context.minute >= ${from} && context.minute < ${to}`
          : `(context.minute >= ${from} || context.minute < ${to})`;
      return `${setText(condition.days)}.contains(context.weekday) && ${hours}`;
    }
    case "address": {
      const ranges = condition.ranges.map((range) => `context.ip.isInRange(ip(${quoted(range)}))`);
      return `context has ip && (${ranges.join(" || ")})`;
    }
    case "mfa": {
      const methods = condition.methods ? ` && context.amr.containsAny(${setText(condition.methods)})` : "";
      return `context has mfaAge && context.mfaAge <= ${condition.maxAgeMinutes * 60}${methods}`;
    }
    case "device": {
      const bound = condition.isPasskeyBound ? ` && context.amr.containsAny(${setText(PASSKEYS)})` : "";
      const known =
        condition.knownForDays === undefined
          ? ""
          : ` && context has deviceAge && context.deviceAge >= ${condition.knownForDays * 86_400}`;
      return `${setText(condition.devices)}.contains(context.device)${bound}${known}`;
    }
    case "feature":
      return `context.features.contains(${quoted(condition.feature)})`;
    case "plan":
      return `${setText(condition.plans)}.contains(context.plan)`;
    case "purpose":
      return `context has purpose && ${setText(condition.purposes)}.contains(context.purpose)`;
    case "attribute": {
      const name = quoted(condition.name);
      return `resource is Resource && resource.hasTag(${name}) && ${setText(condition.values)}.contains(resource.getTag(${name}))`;
    }
  }
}

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

function setText(items: readonly string[]): string {
  return `[${items.map(quoted).join(", ")}]`;
}

/** A string literal of Cedar. */
export function quoted(text: string): string {
  const escaped = text
    .toWellFormed()
    .replace(/[^ !#-[\]-~]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  return `"${escaped}"`;
}

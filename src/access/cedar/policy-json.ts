import type { UidJson, ValueJson } from "./json.ts";

/** The JSON form of Cedar policies (docs.cedarpolicy.com, "JSON policy format"), as the official engine gives it. */
export interface PolicyJson {
  readonly effect: "permit" | "forbid";
  readonly principal: ScopeJson;
  readonly action: ScopeJson;
  readonly resource: ScopeJson;
  readonly conditions: readonly { readonly kind: "when" | "unless"; readonly body: ExprJson }[];
  readonly annotations?: Readonly<Record<string, string>>;
}

type EntityJson = UidJson | { readonly __entity: UidJson };
export type TargetJson = { readonly entity: EntityJson } | { readonly slot: string };

export type ScopeJson =
  | { readonly op: "All" }
  | ({ readonly op: "==" } & TargetJson)
  | ({ readonly op: "in" } & (TargetJson | { readonly entities: readonly EntityJson[] }))
  | { readonly op: "is"; readonly entity_type: string; readonly in?: TargetJson };

/** One operator and its operands: `{ "==": { left, right } }`, `{ "Var": "principal" }`, `{ "ip": [arg] }`. */
export type ExprJson = { readonly [operator: string]: ValueJson | OperandsJson | readonly ExprJson[] };

export interface OperandsJson {
  readonly left?: ExprJson;
  readonly right?: ExprJson;
  readonly arg?: ExprJson;
  readonly attr?: string | readonly string[];
  readonly pattern?: readonly ("Wildcard" | { readonly Literal: string })[];
  readonly entity_type?: string;
  readonly in?: ExprJson;
  readonly if?: ExprJson;
  readonly then?: ExprJson;
  readonly else?: ExprJson;
}

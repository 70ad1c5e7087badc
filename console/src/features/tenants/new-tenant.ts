import type { Cell, IsolationLevel, TenantCreate } from "../../api/types.ts";

export interface TenantDraft {
  readonly name: string;
  readonly slug: string;
  readonly domain: string;
  readonly plan: string;
  readonly isolation: IsolationLevel | "";
  readonly region: string;
  readonly cell: string;
  readonly maxUsers: number | undefined;
  readonly features: readonly string[];
}

export const emptyDraft: TenantDraft = {
  name: "",
  slug: "",
  domain: "",
  plan: "freemium",
  isolation: "",
  region: "",
  cell: "",
  maxUsers: undefined,
  features: [],
};

/** What is left empty is left out: the server's defaults apply. */
export function toTenantCreate(draft: TenantDraft): TenantCreate {
  const orNothing = (text: string) => (text.trim() === "" ? undefined : text.trim());
  return {
    name: draft.name.trim(),
    slug: orNothing(draft.slug),
    domain: orNothing(draft.domain),
    plan: draft.plan,
    isolation: draft.isolation || undefined,
    region: orNothing(draft.region),
    cell: orNothing(draft.cell),
    maxUsers: draft.maxUsers,
    features: draft.features.length > 0 ? [...draft.features] : undefined,
  };
}

export type PlacementWarning = { kind: "no-pool"; cell: Cell; level: "schema" | "database" } | null;

/** A place of its own is instant only while one is prepared. Without a chosen cell, any open one will do. */
export function warnOfEmptyPool(
  draft: Pick<TenantDraft, "isolation" | "region" | "cell">,
  cells: readonly Cell[],
): PlacementWarning {
  const level = draft.isolation;
  if (level !== "schema" && level !== "database") return null;
  const eligible = cells.filter(
    (cell) =>
      cell.status === "open" &&
      (draft.region === "" || cell.region === draft.region) &&
      (draft.cell === "" || cell.key === draft.cell),
  );
  const first = eligible[0];
  if (!first || eligible.some((cell) => cell.warmPool[level].ready > 0)) return null;
  return { kind: "no-pool", cell: first, level };
}

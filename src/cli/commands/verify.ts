import type { Attempt } from "../../isolation/proof/attempt.ts";
import { dataFacets } from "../../isolation/proof/data-facets.ts";
import type { ProofDetailRow } from "../../lifecycle/proof-store.ts";
import { defineCommand, tenantId } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { flag } from "../options.ts";

const isolation = defineCommand({
  path: ["verify", "isolation"],
  action: "isolation.proof_started",
  summary: "Try to get from one tenant to another by every way, and tell what held",
  about:
    "Canary tenants are made for it and erased afterwards. With --tenant-id that tenant is attacked by a canary, and\nattacks it; nothing is changed in it. Ends with 5 when anything was crossed.",
  options: { tenantId, attempts: flag("List every attempt, not each way once.") },
  examples: ["tenancy verify isolation", "tenancy verify isolation --tenant-id acme --json"],
  onInterrupt: "The canaries are erased by the next proof, or by a running server.",
  async run({ options, out, open, by }) {
    const tenancy = await open();
    const { parts: lifecycle, workflows, executor } = tenancy.internals;
    const { startProof, workOnProof } = await import("../../lifecycle/prove-isolation.ts");
    const parts = { lifecycle, workflows, executor, facets: dataFacets(tenancy.data) };
    const started = await startProof(parts, { tenantId: options.tenantId }, by);
    out.say("Trying every way from tenant to tenant …");
    const proof = await workOnProof(parts, started.id);
    const crossed = proof.attempts.filter(({ outcome }) => outcome === "crossed");
    out.answer(toProof(proof), () => {
      const rows = options.attempts ? proof.attempts.map(toLine) : byWay(proof.attempts);
      return out.table(
        [
          { title: "Way", cell: (r) => r.way },
          { title: options.attempts ? "Target" : "Targets", cell: (r) => r.target, cutTo: 10 },
          { title: "Level", cell: (r) => r.level, leaves: 1 },
          { title: "Outcome", cell: (r) => r.outcome },
          { title: "Detail", cell: (r) => r.detail, cutTo: 20, leaves: 2 },
        ],
        rows,
        "Nothing was tried.",
      );
    });
    const { tried, refused, nothing } = proof.counts;
    const sums = `${tried} attempts: ${refused} refused, ${nothing} found nothing, ${crossed.length} crossed.`;
    if (proof.status === "held") out.say(`${out.paint("green", "Isolation held.")} ${sums}`);
    else if (!out.isJson) {
      const verdict = crossed.length > 0 ? "Isolation was crossed." : "The proof failed.";
      out.talk(
        `${out.paint("red", verdict)} ${sums}${proof.error === null ? "" : ` ${out.clean(proof.error)}`}`,
      );
    }
    return crossed.length > 0 ? EXIT.crossed : proof.status === "held" ? EXIT.ok : EXIT.failed;
  },
});

/** Cache and files as a tenant's own context offers them. */
function toProof(row: ProofDetailRow) {
  const { id, tenant_id, status, counts, error, actor, started_at, finished_at, attempts } = row;
  return {
    id,
    tenantId: tenant_id,
    status,
    counts,
    error,
    actor,
    startedAt: started_at,
    finishedAt: finished_at,
    attempts,
  };
}

interface Line {
  readonly way: string;
  readonly target: string;
  readonly level: string;
  readonly outcome: string;
  readonly detail: string;
}

function toLine({ way, target, level, outcome, detail }: Attempt): Line {
  return { way, target, level, outcome: WORDS[outcome], detail };
}

const WORDS = {
  refused: "refused",
  nothing: "nothing",
  crossed: "crossed",
  not_applicable: "not applicable",
} as const;

/** Each way once per outcome; every crossing by itself. */
function byWay(attempts: readonly Attempt[]): Line[] {
  const groups = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const key =
      attempt.outcome === "crossed" ? `crossed ${groups.size}` : `${attempt.way} ${attempt.outcome}`;
    groups.set(key, [...(groups.get(key) ?? []), attempt]);
  }
  return [...groups.values()].map((group) => {
    const first = group[0] as Attempt; // a group is never empty
    const targets = new Set(group.map(({ target }) => target)).size;
    const levels = [...new Set(group.map(({ level }) => level))].join(", ");
    return {
      ...toLine(first),
      target: targets === 1 ? first.target : `${targets} targets, ${group.length} times`,
      level: levels,
    };
  });
}

export const commands = [isolation];

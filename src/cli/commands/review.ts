import { REVIEW_DAYS_MAX } from "../../reviews/limits.ts";
import type { Tenancy } from "../../start.ts";
import { defineCommand, TENANT, tenantId } from "../command.ts";
import { choice, flag, integer, list, mandatory, text } from "../options.ts";
import { at } from "../tenant-view.ts";

const NAMED = { name: "TENANT", about: "Its id, slug or domain.", isRequired: true } as const;
const REVIEW = { name: "REVIEW", about: "Its id.", isRequired: true } as const;
const DAY_MS = 86_400_000;
const ITEMS_SHOWN = 1_000;

const start = defineCommand({
  path: ["review", "start"],
  action: "review.started",
  summary: "Start an access review: who has what now",
  positionals: [TENANT],
  options: {
    tenantId,
    name: mandatory(text("NAME", "For people, such as the quarter.")),
    days: mandatory(integer("N", "Days until its end.", { min: 1, max: REVIEW_DAYS_MAX })),
    overdue: choice(["keep", "withdraw"], "What becomes of what nobody decided. Default: keep."),
    reviewer: list("ADDRESS", "Member who decides; may be repeated. Default: whoever manages reviews."),
  },
  examples: ['tenancy review start acme --name "2026 Q4" --days 21 --overdue withdraw'],
  async run({ options, out, open, by, tenant }) {
    const { internals, tenants } = await open();
    const { startReview } = await import("../../reviews/reviews.ts");
    const { readUser } = await import("../../identity/users.ts");
    const { id } = await tenants.get(tenant());
    const { parts } = internals.identity;
    const reviewers = await Promise.all(
      (options.reviewer ?? []).map(async (email) => (await readUser(internals.control, email)).id),
    );
    const dueAt = new Date(parts.clock.now().getTime() + options.days * DAY_MS);
    const input = {
      name: options.name,
      dueAt,
      reviewers,
      ...(options.overdue ? { overdue: options.overdue } : {}),
    };
    const review = await startReview(parts, id, input, { ...by, principal: null });
    out.say(`${out.paint("green", "Started")}: ${review.items} to decide until ${at(review.dueAt)}.`);
    out.answer(review, () => `${review.id}\n`);
  },
});

const show = defineCommand({
  path: ["review", "list"],
  action: "review.read",
  summary: "List the access reviews of a tenant",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy review list acme"],
  async run({ out, open, tenant }) {
    const { internals, tenants } = await open();
    const { readReviews } = await import("../../reviews/reviews.ts");
    const { id } = await tenants.get(tenant());
    const items = await readReviews(internals.identity.parts, id);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Review", cell: (r) => r.id, leaves: 1 },
          { title: "Name", cell: (r) => r.name, cutTo: 20 },
          { title: "Open", cell: (r) => `${r.openItems} of ${r.items}` },
          { title: "Withdrawn", cell: (r) => String(r.withdrawn) },
          { title: "Until", cell: (r) => at(r.dueAt) },
          { title: "Closed", cell: (r) => (r.closedAt ? at(r.closedAt) : "") },
        ],
        items,
        "There is no review: tenancy review start TENANT --name NAME --days N",
      ),
    );
  },
});

const items = defineCommand({
  path: ["review", "show"],
  action: "review.read",
  summary: "Show what is under review",
  positionals: [NAMED, REVIEW],
  options: { open: flag("Undecided ones alone.") },
  examples: ["tenancy review show acme 01980000-0000-7000-8000-000000000001 --open"],
  async run({ options, positionals, out, open }) {
    const { parts, tenantId: id, reviewId } = await placeOf(await open(), positionals);
    const { readItems } = await import("../../reviews/reviews.ts");
    const filter = options.open ? { isOpen: true } : {};
    const found = await readItems(parts, { tenantId: id, reviewId }, { limit: ITEMS_SHOWN, ...filter });
    out.answer({ items: found }, () =>
      out.table(
        [
          { title: "Item", cell: (i) => i.id, leaves: 2 },
          { title: "Who", cell: (i) => i.subject, cutTo: 20 },
          { title: "Holds", cell: (i) => i.holds.join(", "), cutTo: 20 },
          { title: "Via", cell: (i) => i.via.join(", "), cutTo: 16, leaves: 1 },
          { title: "Last used", cell: (i) => (i.lastUsedAt ? at(i.lastUsedAt) : "not in 90 days") },
          { title: "Decision", cell: (i) => i.decision ?? "" },
        ],
        found,
        "There is nothing to decide.",
      ),
    );
  },
});

const decideOne = defineCommand({
  path: ["review", "decide"],
  action: "review.decided",
  summary: "Confirm what somebody has, or withdraw it",
  positionals: [NAMED, REVIEW, { name: "ITEM", about: "Its id.", isRequired: true }],
  options: {
    decision: mandatory(choice(["confirm", "withdraw"], "withdraw takes it away at once.")),
    reason: mandatory(text("TEXT", "Why; stands in the evidence.")),
  },
  examples: ['tenancy review decide acme REVIEW ITEM --decision withdraw --reason "Left the team"'],
  async run({ options, positionals, out, open, by }) {
    const { parts, tenantId: id, reviewId } = await placeOf(await open(), positionals);
    const { decide } = await import("../../reviews/decide.ts");
    const where = { tenantId: id, reviewId, itemId: positionals[2] as string }; // required
    const { decision, reason } = options;
    const item = await decide(parts, where, { decision, reason }, { ...by, principal: null });
    const done = decision === "confirm" ? "Confirmed" : "Withdrawn";
    out.say(`${out.paint("green", done)}: ${item.subject}, ${item.holds.join(", ")}.`);
    out.answer(item, () => "");
  },
});

const close = defineCommand({
  path: ["review", "close"],
  action: "review.closed",
  summary: "End an access review; its default decides what nobody did",
  positionals: [NAMED, REVIEW],
  examples: ["tenancy review close acme 01980000-0000-7000-8000-000000000001"],
  async run({ positionals, out, open, by }) {
    const { parts, tenantId: id, reviewId } = await placeOf(await open(), positionals);
    const { closeReview } = await import("../../reviews/decide.ts");
    const review = await closeReview(parts, { tenantId: id, reviewId }, { ...by, principal: null });
    out.say(`${out.paint("green", "Closed")}: ${review.withdrawn} of ${review.items} withdrawn.`);
    out.answer(review, () => "");
  },
});

const take = defineCommand({
  path: ["review", "export"],
  action: "review.read",
  summary: "Take an access review out as evidence",
  about: "Without --json it writes CSV.",
  positionals: [NAMED, REVIEW],
  examples: ["tenancy review export acme 01980000-0000-7000-8000-000000000001 > evidence.csv"],
  async run({ positionals, out, open, globals }) {
    const { parts, tenantId: id, reviewId } = await placeOf(await open(), positionals);
    const { evidence } = await import("../../reviews/evidence.ts");
    const { readReview } = await import("../../reviews/reviews.ts");
    const review = await readReview(parts, id, reviewId);
    let text = "";
    for await (const part of evidence(parts, id, review, globals.json ? "json" : "csv")) text += part;
    out.answer(globals.json ? JSON.parse(text) : review, () => text);
  },
});

async function placeOf({ internals, tenants }: Tenancy, positionals: readonly string[]) {
  const [name, reviewId] = positionals as readonly [string, string]; // both required
  const { id: tenantId } = await tenants.get(name);
  return { parts: internals.identity.parts, tenantId, reviewId };
}

export const commands = [start, show, items, decideOne, close, take];

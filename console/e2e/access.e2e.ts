import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { addMember } from "../../src/identity/members.ts";
import { createOperatorLink } from "../../src/identity/operators.ts";
import { readUser } from "../../src/identity/users.ts";
import { decide } from "../../src/reviews/decide.ts";
import { requestVisit } from "../../src/visits/visits.ts";
import {
  assertAccessible,
  createTenantFor,
  createUser,
  launchBrowser,
  nobody,
  openPlatform,
  type Platform,
  signInByLink,
  visit,
} from "./support.ts";

let platform: Platform;
let browser: Browser;

before(async () => {
  platform = await openPlatform();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
});

test("an owner gives access for a time, reviews who has what, and lets support in and out again", async () => {
  const { tenancy } = platform;
  const { parts } = tenancy.internals.identity;
  const owner = await createUser(platform, "Olga Owner");
  const helper = await createUser(platform, "Henry Helper");
  const tenant = await createTenantFor(platform, owner, "owner");
  const { id } = await tenancy.tenants.get(tenant.slug);
  const { id: userId } = await readUser(tenancy.internals.control, helper);
  await addMember(parts, { tenantId: id, userId, roles: ["viewer"] }, { actor: "test", principal: null });
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await signInByLink(platform, page, owner);
  await page.goto(`${platform.url}/t/${tenant.slug}/access`);

  await page.getByRole("button", { name: "Give access for a time" }).click();
  const giving = page.getByRole("dialog", { name: "Give access for a time" });
  await giving.getByLabel("Member", { exact: true }).selectOption({ label: "Henry Helper" });
  await giving.getByLabel("Role").selectOption({ label: "Auditor" });
  await giving.getByLabel("Reason").fill("Ticket 4711");
  await assertAccessible(page, "giving access for a time");
  await giving.getByRole("button", { name: "Give access for a time" }).click();
  await page.getByText("In force").waitFor();

  await page.getByRole("button", { name: "Start a review" }).click();
  const starting = page.getByRole("dialog", { name: "Start a review" });
  await starting.getByLabel("Name").fill("2026 Q4");
  await starting.getByRole("button", { name: "Start a review" }).click();
  await page.getByRole("button", { name: "Decide in 2026 Q4" }).click();
  const review = page.getByRole("dialog", { name: "2026 Q4" });
  await review.getByLabel("Reason for what you decide next").fill("Ticket is closed");
  await assertAccessible(page, "an access review");
  await review.getByRole("button", { name: `Withdraw Auditor of ${helper}` }).click();
  await review.getByRole("button", { name: `Withdraw Auditor of ${helper}` }).waitFor({ state: "detached" });
  await review.getByRole("button", { name: `Withdraw Owner of ${owner}` }).click();
  await review.getByText("Nobody decides about their own access", { exact: false }).waitFor();
  const items = await tenancy.internals.control.query<{ review_id: string; id: string }>(
    "select review_id, id from tenancy.access_review_items where tenant_id = $1 and subject_id = $2",
    [id, (await readUser(tenancy.internals.control, owner)).id],
  );
  assert.equal(items.rowCount, 1);
  for (const { review_id: reviewId, id: itemId } of items.rows)
    await decide(
      parts,
      { tenantId: id, reviewId, itemId },
      { decision: "confirm", reason: "Founder" },
      { actor: "test", principal: null },
    );
  await review.getByRole("button", { name: "Close now" }).click();
  await page.getByRole("link", { name: "Evidence as CSV" }).waitFor();
  await page.getByText("Nobody holds anything for a time").waitFor();

  const { operator } = await createOperatorLink(parts, { actor: "test" }, "Sue");
  const request = {
    tenant: { id, name: tenant.name, slug: tenant.slug, timeZone: "UTC" },
    operator,
    scope: "read",
    reason: "Ticket 4711",
    durationMinutes: 30,
  } as const;
  const asked = await requestVisit(parts, request, { actor: "test" });
  await page.reload();
  await page.getByText("Sue of support asks to act in this tenant for 30 minutes").waitFor();
  await assertAccessible(page, "support asks");
  await page.getByRole("button", { name: "Consent" }).click();
  await page.getByText("Sue of support acts in this tenant until", { exact: false }).waitFor();
  await page.getByRole("button", { name: "End the visit" }).click();
  await page.getByRole("cell", { name: "Ended" }).waitFor();

  const { rows } = await tenancy.internals.control.query<{ ended_by: string }>(
    "select ended_by from tenancy.support_visits where id = $1",
    [asked.id],
  );
  assert.match(rows[0]?.ended_by ?? "", /^user:/);
  assert.deepEqual(
    visitor.complaints.filter((line) => !line.includes("403")),
    [],
  );
});

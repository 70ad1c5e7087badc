import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { chromium, type Page } from "playwright-core";
import { STUDIOS } from "../studios.ts";
import { openApp } from "./app.ts";

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Where to leave pictures of the pages; none without it. */
const pictures = process.env["SCREENSHOTS"];

test("two studios side by side in the browser", {
  skip: !existsSync(executablePath) && "no browser",
}, async () => {
  await using open = await openApp();
  await open.app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = open.app.server.address() as AddressInfo;
  await using browser = await chromium.launch({ executablePath, args });
  const context = await browser.newContext({ viewport: { width: 1200, height: 860 } });
  const [left, right] = [await context.newPage(), await context.newPage()];
  const address = (slug: string) => `http://${slug}.localhost:${port}/`;

  await Promise.all([left.goto(address("aurora")), right.goto(address("basement"))]);

  const [mine, theirs] = [await titles(left), await titles(right)];
  assert.equal(mine.length, 20);
  assert.notDeepEqual(mine, theirs);
  assert.match((await left.textContent("aside")) ?? "", /What protects Aurora Sound.*table/s);
  assert.match((await right.textContent("aside")) ?? "", /What protects Basement Tapes.*schema/s);
  await left.getByText("Add a track").click();
  await left.getByLabel("Title").fill("Aurora's own");
  await left.getByRole("button", { name: "Add track" }).click();
  await left.getByRole("heading", { level: 1, name: "Aurora's own" }).waitFor();
  await left.getByText("Add a mix").click();
  await left.getByLabel("Notes").fill("First mix");
  await left.getByRole("button", { name: "Add mix" }).click();
  await left.getByRole("cell", { name: "First mix" }).waitFor();
  await Promise.all([left.goto(address("aurora")), right.reload()]);
  assert.equal((await titles(left))[0], "Aurora's own");
  assert.deepEqual(await titles(right), theirs);
  if (pictures) await takePictures(left, address);
});

function titles(page: Page): Promise<string[]> {
  return page.locator("tbody td:first-child").allTextContents();
}

async function takePictures(page: Page, address: (slug: string) => string): Promise<void> {
  const folder = pictures as string;
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const { slug } of STUDIOS) {
      await page.goto(address(slug));
      await page.screenshot({ path: join(folder, `${slug}-${colorScheme}.png`) });
    }
    await page.getByRole("link", { name: "mastered" }).click();
    await page.locator("tbody a").first().click();
    await page.screenshot({ path: join(folder, `track-${colorScheme}.png`) });
    await page.getByRole("link", { name: "Collaborators" }).click();
    await page.screenshot({ path: join(folder, `people-${colorScheme}.png`) });
  }
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(address("aurora"));
  await page.screenshot({ path: join(folder, "phone.png") });
  await page.goto(address("nobody"));
  await page.screenshot({ path: join(folder, "refusal.png") });
}

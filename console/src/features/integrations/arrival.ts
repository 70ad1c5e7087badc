/** Where a connection at an outside service began. The service leads back without saying it, so this tab remembers. */
export interface Beginning {
  readonly tenantId: string;
  /** The room to come back to. */
  readonly path: string;
}

let answer: string | null = null;

/** Takes what the service answered out of the address at once, so that neither history nor a screenshot keeps it. */
export function takeIntegrationFromAddress(location: Location, history: History): void {
  if (location.pathname !== "/integrations/finish" || location.hash === "") return;
  answer = new URLSearchParams(location.hash.slice(1)).get("answer") || null;
  history.replaceState(null, "", location.pathname);
}

/** What this page was opened with, or null: nothing. */
export function integrationAnswer(): string | null {
  return answer;
}

const keyOf = (state: string) => `tenancy.integration.${state}`;

/** @param url where the browser is about to go: its `state` comes back with the answer */
export function rememberBeginning(url: string, beginning: Beginning): void {
  const state = new URL(url).searchParams.get("state") ?? "";
  sessionStorage.setItem(keyOf(state), JSON.stringify(beginning));
}

export function recallBeginning(given: string): Beginning | null {
  const kept = sessionStorage.getItem(keyOf(new URLSearchParams(given).get("state") ?? ""));
  return kept === null ? null : (JSON.parse(kept) as Beginning); // written above, in this tab
}

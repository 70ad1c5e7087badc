/** What an identity provider led back with, or where a sign-in that began at the provider is to begin anew. */
export type SsoArrival =
  | { readonly kind: "answer"; readonly connectionId: string; readonly answer: string }
  | { readonly kind: "start"; readonly connectionId: string };

const ID = /^[0-9a-f-]{36}$/;
let arrival: SsoArrival | null = null;

/**
 * Takes the provider's answer out of the address at once, so that neither history nor a screenshot keeps it, and
 * going back does not send it twice. It stays in this page's memory.
 */
export function takeSsoFromAddress(location: Location, history: History): void {
  if (location.pathname !== "/sign-in/sso" || location.hash === "") return;
  arrival = readArrival(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}

export function readArrival(hash: string): SsoArrival | null {
  const values = new URLSearchParams(hash);
  const [connectionId, answer, start] = [values.get("connection"), values.get("answer"), values.get("start")];
  if (start !== null && ID.test(start)) return { kind: "start", connectionId: start };
  if (connectionId === null || !ID.test(connectionId) || !answer) return null;
  return { kind: "answer", connectionId, answer };
}

/** What this page was opened with, or null: nothing that means anything. */
export function ssoArrival(): SsoArrival | null {
  return arrival;
}

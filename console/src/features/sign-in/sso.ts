import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import type { SsoDiscovered, SsoFinished } from "../../api/types.ts";

export type SsoChoice = SsoDiscovered["connections"][number];

/** Where people with addresses of this domain sign in; none: as everybody does. */
export async function discover(email: string): Promise<readonly SsoChoice[]> {
  const { connections } = await request<SsoDiscovered>("POST", "/v1/sign-in/discover", { body: { email } });
  return connections;
}

export interface SsoAsk {
  readonly connectionId: string;
  /** A path of the console to come back to. */
  readonly returnTo?: string;
  readonly loginHint?: string;
}

/** Leaves for the provider. What follows is a new page, so this never ends well here. */
export async function leaveForProvider(ask: SsoAsk): Promise<void> {
  const { url } = await request<{ url: string }>("POST", "/v1/sign-in/sso", { body: ask });
  location.assign(url);
}

export function finishSso(connectionId: string, answer: string): Promise<SsoFinished> {
  return request("POST", "/v1/sign-in/sso/finish", { body: { connectionId, answer } });
}

/** Leaving takes a moment; the button stays busy until the page is gone. */
export function useLeave() {
  return useMutation({ mutationFn: leaveForProvider });
}

export function useDiscovered(email: string | undefined) {
  return useQuery({
    queryKey: ["discovered", email],
    queryFn: () => discover(email ?? ""),
    enabled: email !== undefined,
  });
}

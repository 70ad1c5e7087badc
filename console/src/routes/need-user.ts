import type { QueryClient } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { isApiError } from "../api/api-error.ts";
import { meQuery } from "../features/account/queries.ts";

/** Everything that a person, not staff, has here. */
export async function needUser(
  client: QueryClient,
  location: { pathname: string; href: string },
): Promise<void> {
  try {
    await client.ensureQueryData(meQuery);
  } catch (error) {
    if (!isApiError(error, "session.required") && !isApiError(error, "session.none")) throw error;
    const search = location.pathname === "/account" ? {} : { to: location.href, because: "needed" as const };
    throw redirect({ to: "/sign-in", search, replace: true });
  }
}

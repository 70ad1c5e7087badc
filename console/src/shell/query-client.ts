import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { isApiError } from "../api/api-error.ts";
import { staleMs } from "../api/limits.ts";
import { meQuery } from "../features/account/queries.ts";
import { sessionQuery } from "../features/session/queries.ts";

/** One place decides what a lost session does: every request may meet it. */
export function createConsoleQueryClient(onSessionEnd: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (!isApiError(error, "session.required") && !isApiError(error, "session.none")) return;
    // Without a session before, none has ended: the first page's route sends the reader to sign in.
    const known = [sessionQuery, meQuery].filter(
      ({ queryKey }) => client.getQueryData(queryKey) !== undefined,
    );
    if (known.length === 0) return;
    for (const { queryKey } of known) client.removeQueries({ queryKey });
    onSessionEnd();
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // No silent repeats: the reader sees a fault at once, with its request id, and tries again knowingly.
      queries: { staleTime: staleMs, retry: false, refetchOnWindowFocus: false, networkMode: "always" },
      mutations: { retry: false, networkMode: "always" },
    },
  });
  return client;
}

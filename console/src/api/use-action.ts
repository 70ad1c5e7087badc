import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refresh } from "./get-query.ts";
import { Intent } from "./intent.ts";

interface ActionOptions<Input, Output> {
  readonly run: (input: Input, idempotencyKey: string) => Promise<Output>;
  /** Paths whose data the action changes. */
  readonly touches: readonly string[];
  readonly onDone?: (output: Output, input: Input) => unknown;
}

/** A change asked of the API: one idempotency key per intent, then a refresh of what it touched. */
export function useAction<Input, Output>(
  options: ActionOptions<Input, Output>,
): UseMutationResult<Output, Error, Input> {
  const client = useQueryClient();
  const [intent] = useState(() => new Intent());
  return useMutation({
    mutationFn: (input: Input) => options.run(input, intent.keyFor(input)),
    onSettled: (_output, error) => intent.settle(error),
    onSuccess: async (output, input) => {
      // Its dialog closes first: one that waited for all that is read again would stand, with the keyboard inside,
      // over a page that shows the change already.
      await options.onDone?.(output, input);
      await refresh(client, options.touches);
    },
  });
}

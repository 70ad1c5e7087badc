import { useNavigate } from "@tanstack/react-router";
import type { SsoConnection, SsoConnectionChange } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { useToast } from "../../ui/Toaster.tsx";
import type { Step } from "./providers.ts";
import { changeConnection, ssoTouches } from "./queries.ts";
import { useSsoBase } from "./use-sso-base.ts";

export type SaveConnection = ReturnType<typeof useSaveConnection>;

/** Keeps a change of the connection; the first time it goes on to the next step. */
export function useSaveConnection({ id }: SsoConnection, next?: Step) {
  const { sso: text } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const navigate = useNavigate();
  const base = useSsoBase();
  return useAction({
    run: (body: SsoConnectionChange) => changeConnection(tenant.id, id, body),
    touches: ssoTouches(tenant.id),
    onDone: () => {
      toast(text.saved);
      if (next) return navigate({ to: base(`/${id}`), search: { step: next } });
    },
  });
}

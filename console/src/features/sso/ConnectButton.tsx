import { useNavigate } from "@tanstack/react-router";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden } from "../../shell/here.ts";
import { Button } from "../../ui/Button.tsx";
import { useSsoBase } from "./use-sso-base.ts";

export function ConnectButton() {
  const { sso: text } = useMessages();
  const navigate = useNavigate();
  const forbidden = useForbidden();
  const base = useSsoBase();
  return (
    <Button
      look="primary"
      disabledReason={forbidden("sso.manage")}
      onClick={() => navigate({ to: base("/new") })}
    >
      {text.connect}
    </Button>
  );
}

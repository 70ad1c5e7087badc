import { useNavigate } from "@tanstack/react-router";
import type { SsoConnection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/Icon.tsx";
import type { Step } from "./providers.ts";
import { useSsoBase } from "./use-sso-base.ts";

export function NextButton({ connection, to }: { connection: SsoConnection; to: Step }) {
  const { sso: text } = useMessages();
  const navigate = useNavigate();
  const base = useSsoBase();
  return (
    <div className="row">
      <Button onClick={() => navigate({ to: base(`/${connection.id}`), search: { step: to } })}>
        {text.next}
        <Icon name="right" size={14} />
      </Button>
    </div>
  );
}

import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { SsoConnection } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useForbidden, useHere, useOwnersOnly } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { CertificatesPanel } from "./CertificatesPanel.tsx";
import { changeConnection, removeConnection, ssoTouches } from "./queries.ts";
import { RequirePanel } from "./RequirePanel.tsx";
import { useSsoBase } from "./use-sso-base.ts";

/** On, off, required, rotated, removed: what happens to a connection once it works. */
export function UseStep({ connection }: { connection: SsoConnection }) {
  return (
    <div className="stack-wide narrow">
      <SwitchPanel connection={connection} />
      {connection.saml && connection.isDescribed && (
        <CertificatesPanel connection={connection} saml={connection.saml} />
      )}
      <RequirePanel />
    </div>
  );
}

function SwitchPanel({ connection }: { connection: SsoConnection }) {
  const { use: text } = useMessages().sso;
  const { tenant } = useHere();
  const forbidden = useForbidden()("sso.manage");
  const ownersOnly = useOwnersOnly();
  const toast = useToast();
  const [asking, setAsking] = useState<"disable" | "remove" | null>(null);
  const { id, name, status } = connection;
  const enable = useAction({
    run: (_: undefined) => changeConnection(tenant.id, id, { status: "active" }),
    touches: ssoTouches(tenant.id),
    onDone: () => toast(text.enabled(name)),
  });
  return (
    <Panel
      title={text.title}
      actions={
        <Button look="bare" disabledReason={forbidden} onClick={() => setAsking("remove")}>
          {text.remove}
        </Button>
      }
    >
      <p>{text[status]}</p>
      {enable.isError && <ProblemNote error={enable.error} />}
      <div className="row">
        {status === "active" ? (
          <Button disabledReason={forbidden} onClick={() => setAsking("disable")}>
            {text.disable}
          </Button>
        ) : (
          <Button
            look="primary"
            isBusy={enable.isPending}
            disabledReason={forbidden || ownersOnly || (!connection.isDescribed && text.notDescribed)}
            onClick={() => enable.mutate(undefined)}
          >
            {text.enable}
          </Button>
        )}
      </div>
      <DisableDialog connection={connection} isOpen={asking === "disable"} onClose={() => setAsking(null)} />
      <RemoveDialog connection={connection} isOpen={asking === "remove"} onClose={() => setAsking(null)} />
    </Panel>
  );
}

interface AskProps {
  readonly connection: SsoConnection;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function DisableDialog({ connection, isOpen, onClose }: AskProps) {
  const { sso } = useMessages();
  const { use: text } = sso;
  const { tenant } = useHere();
  const toast = useToast();
  const disable = useAction({
    run: (_: undefined) => changeConnection(tenant.id, connection.id, { status: "disabled" }),
    touches: ssoTouches(tenant.id),
    onDone: () => {
      toast(text.disabledDone(connection.name));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={text.disableTitle(connection.name)}
      isOpen={isOpen}
      onClose={onClose}
      effect={text.disableEffect}
      verb={text.disable}
      action={disable}
      onConfirm={() => disable.mutate(undefined)}
    />
  );
}

function RemoveDialog({ connection, isOpen, onClose }: AskProps) {
  const { sso } = useMessages();
  const { use: text } = sso;
  const { tenant } = useHere();
  const toast = useToast();
  const navigate = useNavigate();
  const base = useSsoBase();
  const remove = useAction({
    run: (_: undefined) => removeConnection(tenant.id, connection.id),
    touches: ssoTouches(tenant.id),
    onDone: async () => {
      toast(text.removed(connection.name));
      await navigate({ to: base(), replace: true });
    },
  });
  return (
    <ConfirmDialog
      title={text.removeTitle(connection.name)}
      isOpen={isOpen}
      onClose={onClose}
      effect={text.removeEffect}
      verb={text.remove}
      action={remove}
      onConfirm={() => remove.mutate(undefined)}
    />
  );
}

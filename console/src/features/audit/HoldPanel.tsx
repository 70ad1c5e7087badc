import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { request } from "../../api/client.ts";
import type { AuditSettings, AuditSettingsUpdate } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { settingsQuery } from "./queries.ts";

interface HoldPanelProps {
  readonly path: string;
  readonly retentionDays: number;
  readonly prunedBefore: string | null;
  readonly manageReason: string | false;
}

/** How long records are kept, and the legal hold that stops retention. */
export function HoldPanel({ path, retentionDays, prunedBefore, manageReason }: HoldPanelProps) {
  const { audit } = useMessages();
  const formats = useFormats();
  const toast = useToast();
  const settings = useQuery(settingsQuery(path));
  const [reason, setReason] = useState("");
  const change = useAction({
    run: (body: AuditSettingsUpdate) => request<AuditSettings>("PATCH", `${path}/settings`, { body }),
    touches: [`${path}/settings`],
    onDone: ({ hold }) => {
      toast(hold ? audit.hold.put : audit.hold.lifted);
      setReason("");
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (reason.trim() !== "") change.mutate({ holdReason: reason.trim() });
  }
  const hold = settings.data?.hold;
  return (
    <Panel title={audit.hold.title}>
      <p className="quiet prose">
        {audit.retention(retentionDays)} {audit.hold.hashesStay}{" "}
        {prunedBefore !== null && audit.hold.pruned(formats.dateTime(prunedBefore))}
      </p>
      {settings.isError && <ProblemNote error={settings.error} onRetry={() => void settings.refetch()} />}
      {hold && (
        <Notice
          tone="warn"
          title={audit.hold.since(formats.dateTime(hold.since))}
          actions={
            <Button
              isBusy={change.isPending}
              disabledReason={manageReason}
              onClick={() => change.mutate({ holdReason: null })}
            >
              {audit.hold.lift}
            </Button>
          }
        >
          {hold.reason}
        </Notice>
      )}
      {settings.data && !hold && (
        <form className="stack" onSubmit={submit}>
          <TextField
            label={audit.hold.reason}
            hint={audit.hold.means}
            value={reason}
            onChange={setReason}
            maxLength={500}
          />
          <div>
            <Button
              type="submit"
              isBusy={change.isPending}
              disabledReason={manageReason || (reason.trim() === "" && audit.hold.reasonMissing)}
            >
              {audit.hold.act}
            </Button>
          </div>
        </form>
      )}
      {change.isError && <ProblemNote error={change.error} />}
    </Panel>
  );
}

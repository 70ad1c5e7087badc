import { type FormEvent, useState } from "react";
import type { SsoConnection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { CheckField } from "../../ui/fields.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { useNowMs } from "../../ui/now.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { MetadataField } from "./MetadataField.tsx";
import { useForbiddenChange } from "./use-forbidden-change.ts";
import { useSaveConnection } from "./use-save-connection.ts";

type Saml = NonNullable<SsoConnection["saml"]>;
type Certificate = Saml["certificates"][number];

/** As long before its end as the server's own check warns. */
const SOON_MS = 30 * 86_400_000;

interface CertificatesPanelProps {
  readonly connection: SsoConnection;
  readonly saml: Saml;
}

/** What the provider signs by, and how the next one comes. */
export function CertificatesPanel({ connection, saml }: CertificatesPanelProps) {
  const { certificates: text } = useMessages().sso;
  const forbidden = useForbiddenChange(connection);
  const save = useSaveConnection(connection);
  const [isBringing, setIsBringing] = useState(false);
  const { metadataUrl, refreshedAt } = saml;
  return (
    <Panel
      title={text.title}
      actions={
        metadataUrl === null ? (
          <Button disabledReason={forbidden} onClick={() => setIsBringing(true)}>
            {text.bring}
          </Button>
        ) : (
          <Button
            disabledReason={forbidden}
            isBusy={save.isPending}
            onClick={() => save.mutate({ saml: { metadataUrl } })}
          >
            {text.refresh}
          </Button>
        )
      }
    >
      <p className="quiet">{text.intro}</p>
      {save.isError && <ProblemNote error={save.error} />}
      <DataTable
        caption={text.title}
        columns={useColumns()}
        rows={saml.certificates}
        rowKey={({ sha256 }) => sha256}
        blank={null}
      />
      {refreshedAt !== null && (
        <p className="quiet">
          {text.read} <Time at={refreshedAt} />
        </p>
      )}
      <BringDialog connection={connection} isOpen={isBringing} onClose={() => setIsBringing(false)} />
    </Panel>
  );
}

function useColumns(): Column<Certificate>[] {
  const { certificates: text } = useMessages().sso;
  const { general } = useMessages();
  return [
    {
      key: "sha256",
      header: text.fingerprint,
      cell: ({ sha256 }) => <CopyableId id={sha256} what={text.fingerprint} isShort />,
    },
    { key: "status", header: general.status, cell: (each) => <CertificateMark certificate={each} /> },
    { key: "from", header: text.from, isSecondary: true, cell: ({ notBefore }) => <Time at={notBefore} /> },
    { key: "until", header: text.until, cell: ({ notAfter }) => <Time at={notAfter} /> },
  ];
}

function CertificateMark({ certificate }: { certificate: Certificate }) {
  const { certificates: text } = useMessages().sso;
  const nowMs = useNowMs();
  const leftMs = Date.parse(certificate.notAfter) - nowMs;
  if (leftMs <= 0) return <Mark tone="danger">{text.ended}</Mark>;
  if (Date.parse(certificate.notBefore) > nowMs) return <Mark tone="quiet">{text.early}</Mark>;
  return leftMs < SOON_MS ? <Mark tone="warn">{text.soon}</Mark> : <Mark tone="ok">{text.valid}</Mark>;
}

interface BringDialogProps {
  readonly connection: SsoConnection;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function BringDialog({ connection, isOpen, onClose }: BringDialogProps) {
  const { sso, general } = useMessages();
  const { certificates: text } = sso;
  return (
    <Dialog title={text.bring} isOpen={isOpen} onClose={onClose} closeLabel={general.close} width={560}>
      <BringForm connection={connection} onClose={onClose} />
    </Dialog>
  );
}

function BringForm({ connection, onClose }: Omit<BringDialogProps, "isOpen">) {
  const { sso, general } = useMessages();
  const { certificates: text } = sso;
  const [xml, setXml] = useState("");
  const [keepsCertificates, setKeeps] = useState(true);
  const save = useSaveConnection(connection);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (xml.trim() !== "") {
      save.mutate({ saml: { metadataXml: xml, keepsCertificates } }, { onSuccess: onClose });
    }
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <MetadataField value={xml} onChange={setXml} />
      <CheckField
        label={text.keeps}
        hint={text.keepsHint}
        isChecked={keepsCertificates}
        onChange={setKeeps}
      />
      {save.isError && <ProblemNote error={save.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          type="submit"
          look="primary"
          isBusy={save.isPending}
          disabledReason={xml.trim() === "" && sso.formMissing}
        >
          {general.save}
        </Button>
      </DialogActions>
    </form>
  );
}

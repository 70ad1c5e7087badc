import type { TotpEnrolment } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { CodeField } from "../../ui/fields.tsx";
import { QrCode } from "../../ui/QrCode.tsx";

interface AppSetupProps {
  readonly enrolment: TotpEnrolment;
  readonly code: string;
  readonly onCode: (code: string) => void;
}

/** The seed of an authenticator app, to scan or to type, and its first code. */
export function AppSetup({ enrolment, code, onCode }: AppSetupProps) {
  const text = useMessages().account.methods;
  return (
    <>
      <p>{text.scan}</p>
      <QrCode text={enrolment.uri} label={text.scanLabel} />
      <p className="quiet">{text.orType}</p>
      <CopyableId id={enrolment.secret} what={text.key} />
      <CodeField label={text.confirm} kind="digits" value={code} onChange={onCode} autoFocus />
    </>
  );
}

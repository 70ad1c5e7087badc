import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { KeysPanel } from "../encryption/KeysPanel.tsx";

export function KeysRoom() {
  const { encryption } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  return (
    <>
      <PageHeading title={encryption.title} />
      <p className="prose">{encryption.intro}</p>
      <KeysPanel tenant={tenant} rotateReason={forbidden("keys.manage")} />
    </>
  );
}

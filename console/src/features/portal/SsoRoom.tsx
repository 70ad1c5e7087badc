import { useMessages } from "../../messages/LocaleProvider.tsx";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { SsoPanels } from "../sso/SsoPanels.tsx";

export function SsoRoom() {
  const { sso } = useMessages();
  return (
    <>
      <PageHeading title={sso.title} />
      <SsoPanels />
    </>
  );
}

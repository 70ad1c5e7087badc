import { useMessages } from "../../messages/LocaleProvider.tsx";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ScimPanels } from "../scim/ScimPanels.tsx";

export function ScimRoom() {
  const { scim } = useMessages();
  return (
    <>
      <PageHeading title={scim.title} />
      <ScimPanels />
    </>
  );
}

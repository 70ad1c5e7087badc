import { useMessages } from "../../messages/LocaleProvider.tsx";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { IntegrationsPanels } from "../integrations/IntegrationsPanels.tsx";

export function IntegrationsRoom() {
  const { integrations } = useMessages();
  return (
    <>
      <PageHeading title={integrations.title} />
      <IntegrationsPanels />
    </>
  );
}

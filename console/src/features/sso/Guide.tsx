import type { SsoConnection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { GuideSteps } from "./GuideSteps.tsx";
import { providerOf } from "./providers.ts";

/** What to do at the provider of a connection. */
export function Guide({ connection }: { connection: SsoConnection }) {
  const { ssoGuides, sso } = useMessages();
  const { addresses, kind } = connection;
  return (
    <GuideSteps
      steps={ssoGuides[providerOf(connection)][kind]}
      addresses={{
        callbackUrl: { label: sso.addresses.callbackUrl, value: addresses.callbackUrl },
        acsUrl: { label: sso.addresses.acsUrl, value: addresses.acsUrl },
        entityId: { label: sso.addresses.entityId, value: addresses.entityId },
      }}
    />
  );
}

import type { SsoConnection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Guide } from "./Guide.tsx";
import { OidcForm } from "./OidcForm.tsx";
import { providerOf } from "./providers.ts";
import { SamlForm } from "./SamlForm.tsx";
import { useSaveConnection } from "./use-save-connection.ts";

/** Left what to do there, right what it gave: the two windows in which an admin works. */
export function ProviderStep({ connection }: { connection: SsoConnection }) {
  const { sso: text } = useMessages();
  const save = useSaveConnection(connection, connection.isDescribed ? undefined : "domains");
  return (
    <div className="set-up">
      <Panel title={text.guideTitle(text.providers[providerOf(connection)])}>
        <Guide connection={connection} />
      </Panel>
      <Panel title={text.formTitle}>
        {connection.kind === "oidc" ? (
          <OidcForm connection={connection} save={save} />
        ) : (
          <SamlForm connection={connection} save={save} />
        )}
      </Panel>
    </div>
  );
}

import { type FormEvent, useState } from "react";
import type { SsoConnection, SsoConnectionChange } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { CheckField, SelectField, TextAreaField, TextField } from "../../ui/fields.tsx";
import { MetadataField } from "./MetadataField.tsx";
import { providerOf } from "./providers.ts";
import { useForbiddenChange } from "./use-forbidden-change.ts";
import type { SaveConnection } from "./use-save-connection.ts";

const hows = ["url", "xml", "hand"] as const;
type How = (typeof hows)[number];

interface Draft {
  readonly how: How;
  readonly url: string;
  readonly xml: string;
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly certificate: string;
  readonly allowsIdpInitiated: boolean;
}

interface SamlFormProps {
  readonly connection: SsoConnection;
  readonly save: SaveConnection;
}

/** The provider's description of itself, by address, by file or by hand. */
export function SamlForm({ connection, save }: SamlFormProps) {
  const { sso: text, general } = useMessages();
  const forbidden = useForbiddenChange(connection);
  const [draft, setDraft] = useState(() => firstDraft(connection));
  const saml = toSaml(draft, connection);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (saml) save.mutate({ saml });
  }
  return (
    <form className="stack form" onSubmit={submit} noValidate>
      <SelectField
        label={text.saml.how}
        value={draft.how}
        onChange={(how) => setDraft({ ...draft, how: hows.find((each) => each === how) ?? "url" })}
        choices={hows.map((value) => ({ value, label: text.saml.hows[value] }))}
      />
      <DescriptionFields draft={draft} onChange={setDraft} error={save.error} />
      <CheckField
        label={text.saml.allowsIdpInitiated}
        hint={text.saml.allowsIdpInitiatedHint}
        isChecked={draft.allowsIdpInitiated}
        onChange={(allowsIdpInitiated) => setDraft({ ...draft, allowsIdpInitiated })}
      />
      {save.isError && (
        <ProblemNote error={save.error} shownFields={["metadataUrl", "entityId", "ssoUrl", "certificates"]} />
      )}
      <div className="row">
        <Button
          type="submit"
          look="primary"
          isBusy={save.isPending}
          disabledReason={forbidden || (saml === null && text.formMissing)}
        >
          {connection.isDescribed ? general.save : text.saveAndNext}
        </Button>
      </div>
    </form>
  );
}

interface DescriptionFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly error: unknown;
}

function DescriptionFields({ draft, onChange, error }: DescriptionFieldsProps) {
  const { saml: text } = useMessages().sso;
  const errors = useFieldErrors(error);
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  if (draft.how === "url") {
    return (
      <TextField
        label={text.url}
        hint={text.urlHint}
        value={draft.url}
        onChange={(url) => set({ url })}
        error={errors["metadataUrl"]}
        placeholder="https://"
        maxLength={2_000}
        isMono
      />
    );
  }
  if (draft.how === "xml") return <MetadataField value={draft.xml} onChange={(xml) => set({ xml })} />;
  return (
    <>
      <TextField
        label={text.entityId}
        value={draft.entityId}
        onChange={(entityId) => set({ entityId })}
        error={errors["entityId"]}
        maxLength={1_024}
        isMono
      />
      <TextField
        label={text.ssoUrl}
        value={draft.ssoUrl}
        onChange={(ssoUrl) => set({ ssoUrl })}
        error={errors["ssoUrl"]}
        placeholder="https://"
        maxLength={2_000}
        isMono
      />
      <TextAreaField
        label={text.certificate}
        hint={text.certificateHint}
        value={draft.certificate}
        onChange={(certificate) => set({ certificate })}
        error={errors["certificates"]}
        maxLength={10_000}
        rows={5}
        isMono
      />
    </>
  );
}

function firstDraft(connection: SsoConnection): Draft {
  const known = connection.saml;
  // Google gives a file and no address.
  const isByFile = providerOf(connection) === "google" || (connection.isDescribed && !known?.metadataUrl);
  return {
    how: isByFile ? "xml" : "url",
    url: known?.metadataUrl ?? "",
    xml: "",
    entityId: known?.entityId ?? "",
    ssoUrl: known?.ssoUrl ?? "",
    certificate: "",
    allowsIdpInitiated: known?.allowsIdpInitiated ?? false,
  };
}

/** What the form says, or null while something is missing. What is known already need not be said again. */
function toSaml(draft: Draft, connection: SsoConnection): SsoConnectionChange["saml"] | null {
  const { allowsIdpInitiated } = draft;
  const isKept = connection.isDescribed;
  switch (draft.how) {
    case "url":
      return draft.url.trim() === "" ? null : { metadataUrl: draft.url.trim(), allowsIdpInitiated };
    case "xml":
      if (draft.xml.trim() === "")
        return isKept && !connection.saml?.metadataUrl ? { allowsIdpInitiated } : null;
      return { metadataUrl: null, metadataXml: draft.xml, allowsIdpInitiated };
    case "hand": {
      const [entityId, ssoUrl, certificate] = [
        draft.entityId.trim(),
        draft.ssoUrl.trim(),
        draft.certificate.trim(),
      ];
      if (entityId === "" || ssoUrl === "" || (certificate === "" && !isKept)) return null;
      const certificates = certificate === "" ? {} : { certificates: [certificate] };
      return { entityId, ssoUrl, ...certificates, allowsIdpInitiated };
    }
    default:
      return draft.how satisfies never;
  }
}

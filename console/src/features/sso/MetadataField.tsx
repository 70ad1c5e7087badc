import { useId } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { TextAreaField } from "../../ui/fields.tsx";

/** The server's limit. */
const CHARACTERS_MAX = 200_000;

/** SAML metadata, pasted or from a file that the provider gave. */
export function MetadataField({ value, onChange }: { value: string; onChange: (xml: string) => void }) {
  const { saml: text } = useMessages().sso;
  const id = useId();
  return (
    <div className="stack-tight">
      <TextAreaField
        label={text.xml}
        hint={text.xmlHint}
        value={value}
        onChange={onChange}
        maxLength={CHARACTERS_MAX}
        rows={6}
        isMono
      />
      <div className="row">
        <label htmlFor={id}>{text.file}</label>
        <input
          id={id}
          type="file"
          accept=".xml,application/xml,text/xml"
          onChange={async (event) => {
            const [file] = event.currentTarget.files ?? [];
            if (file) onChange((await file.text()).slice(0, CHARACTERS_MAX));
          }}
        />
      </div>
    </div>
  );
}

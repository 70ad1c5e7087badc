import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { PopOver } from "../../ui/PopOver.tsx";
import { type AuditFilters, exportUrl, formats } from "./queries.ts";

interface ExportButtonProps {
  readonly path: string;
  readonly filters: AuditFilters;
  readonly disabledReason: string | false;
}

/** Links, so that the browser streams to disk however much it is. */
export function ExportButton({ path, filters, disabledReason }: ExportButtonProps) {
  const { audit } = useMessages();
  if (disabledReason) {
    return (
      <Button icon="download" disabledReason={disabledReason}>
        {audit.export}
      </Button>
    );
  }
  return (
    <PopOver
      label={audit.export}
      width={400}
      trigger={
        <Button icon="download" aria-haspopup="dialog">
          {audit.export}
        </Button>
      }
    >
      <div className="stack-tight">
        {formats.map((format) => (
          <a key={format} className="export-choice" href={exportUrl(path, format, filters)} download>
            <strong>
              <Icon name="download" size={12} />
              {audit.formats[format].name}
            </strong>
            <span>{audit.formats[format].about}</span>
          </a>
        ))}
      </div>
    </PopOver>
  );
}

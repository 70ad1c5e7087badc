import { useMessages } from "../messages/LocaleProvider.tsx";
import { Button } from "./Button.tsx";
import { CopyButton } from "./Copyable.tsx";

interface CodesListProps {
  readonly codes: readonly string[];
  readonly label: string;
  readonly fileName: string;
}

/** Codes that are shown once: to read, to copy, to keep as a file. */
export function CodesList({ codes, label, fileName }: CodesListProps) {
  const { general } = useMessages();
  const text = codes.join("\n");
  return (
    <div className="stack-tight">
      <ul className="codes" aria-label={label}>
        {codes.map((code) => (
          <li key={code} className="mono">
            {code}
          </li>
        ))}
      </ul>
      <div className="row">
        <CopyButton text={text} what={label} />
        <Button icon="download" onClick={() => saveText(fileName, `${text}\n`)}>
          {general.download}
        </Button>
      </div>
    </div>
  );
}

/** Saves a text that the page has, without asking the server for it. */
export function saveText(fileName: string, text: string, type = "text/plain"): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}

import { useEffect, useState } from "react";
import { useMessages } from "../messages/LocaleProvider.tsx";
import { IconButton } from "./Button.tsx";

const doneMs = 1_500;

export function CopyButton({ text, what }: { text: string; what: string }) {
  const { general } = useMessages();
  const [isDone, setIsDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setIsDone(false), doneMs);
    return () => clearTimeout(timer);
  }, [isDone]);
  return (
    <>
      <IconButton
        icon={isDone ? "check" : "copy"}
        label={isDone ? general.copied : general.copyNamed(what)}
        onClick={async () => setIsDone(await copy(text))}
      />
      <span className="only-for-readers" role="status">
        {isDone ? general.copied : ""}
      </span>
    </>
  );
}

/** An identifier in full, or its telling last part, and a button that copies all of it. */
export function CopyableId({ id, what, isShort = false }: { id: string; what: string; isShort?: boolean }) {
  return (
    <span className="copyable">
      <span className="mono" title={id}>
        {isShort ? `…${id.slice(-8)}` : id}
      </span>
      <CopyButton text={id} what={what} />
    </span>
  );
}

async function copy(text: string): Promise<boolean> {
  // Without HTTPS (a LAN address, say) there is no clipboard, so the old way stays as fallback.
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}

import { useMessages } from "../../messages/LocaleProvider.tsx";
import { CodesList } from "../../ui/CodesList.tsx";
import { ShownOnce } from "../../ui/ShownOnce.tsx";

export function ShownCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { methods: text } = useMessages().account;
  return (
    <ShownOnce warning={`${text.codesShownOnce} ${text.codesIntro}`} kept={text.codesKept} onKept={onKept}>
      <CodesList codes={codes} label={text.codes} fileName="recovery-codes.txt" />
    </ShownOnce>
  );
}

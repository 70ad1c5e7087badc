import { useMessages } from "../messages/LocaleProvider.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { useWing } from "./wing.ts";

export function KeysHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const messages = useMessages();
  const { shell, general } = messages;
  const { rooms, create } = useWing();
  const rows: { keys: readonly string[]; text: string; isChord?: boolean }[] = [
    { keys: ["Ctrl", "K"], text: shell.keys.palette },
    { keys: ["?"], text: shell.keys.list },
    { keys: ["/"], text: shell.keys.filter },
    ...(create ? [{ keys: ["c"], text: create.label }] : []),
    ...rooms.map((room) => ({
      keys: ["g", room.key],
      text: shell.keys.goTo(room.label(messages)),
      isChord: true,
    })),
    { keys: ["Esc"], text: shell.keys.close },
  ];
  return (
    <Dialog title={shell.keys.title} isOpen={isOpen} onClose={onClose} closeLabel={general.close} width={400}>
      <dl className="keys">
        {rows.map((row) => (
          <div key={row.text}>
            <dt>{row.text}</dt>
            <dd>
              {row.keys.map((key, index) => (
                <span key={key}>
                  {index > 0 && <span className="quiet"> {row.isChord ? shell.keys.chordJoin : "+"} </span>}
                  <kbd>{key}</kbd>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

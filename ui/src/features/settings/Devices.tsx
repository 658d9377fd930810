import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Monitor } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { announce } from "@/components/notices";
import { Failed, Loading, Problem } from "@/components/States";
import { useFormat, useReadOnly } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { Device } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

const key = ["devices"] as const;

/** Where this person is signed in. */
export function Devices() {
  const format = useFormat();
  const readOnly = useReadOnly();
  const [revoking, setRevoking] = useState<Device | null>(null);
  const devices = useQuery({
    queryKey: key,
    queryFn: async () => unwrap(await commands.deviceList()).devices,
    staleTime: 0,
  });
  if (devices.error) {
    return <Failed error={devices.error} onRetry={() => void devices.refetch()} />;
  }
  if (!devices.data) {
    return <Loading label="Asking the server…" />;
  }
  return (
    <>
      <ul aria-label="Devices" className="grid">
        {devices.data.map((device) => (
          <li
            key={device.id}
            className="flex min-h-12 items-center gap-3 border-b border-line/60 last:border-none"
          >
            <Monitor size={16} aria-hidden="true" className="shrink-0 text-text-3" />
            <div className="min-w-0 flex-1">
              <p className="truncate" title={device.name}>
                <span className={device.revoked_at ? "text-text-3 line-through" : "font-medium"}>
                  {device.name}
                </span>
                {device.current ? (
                  <span className="ml-2 rounded-[5px] bg-accent-soft px-1.5 text-sm text-accent">
                    this device
                  </span>
                ) : null}
              </p>
              <p className="truncate text-sm text-text-3">{words(device, format.moment.bind(format))}</p>
            </div>
            {device.current || device.revoked_at ? null : (
              <Button
                size="small"
                reason={readOnly}
                aria-label={`Revoke ${device.name}`}
                onClick={() => setRevoking(device)}
              >
                Revoke
              </Button>
            )}
          </li>
        ))}
      </ul>
      {revoking ? <RevokeDialog device={revoking} onClose={() => setRevoking(null)} /> : null}
    </>
  );
}

function words(device: Device, moment: (instant: string) => string): string {
  if (device.revoked_at) {
    return `Revoked ${moment(device.revoked_at)}`;
  }
  const seen = device.last_seen_at
    ? `Last seen ${moment(device.last_seen_at)}`
    : `Added ${moment(device.created_at)}`;
  return `${seen} · signed in until ${moment(device.expires_at)}`;
}

function RevokeDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: async () => unwrap(await commands.deviceRevoke({ device_id: device.id })),
    onSuccess: ({ devices }) => {
      client.setQueryData(key, devices);
      announce(`Revoked ${device.name}.`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Revoke ${device.name}?`}
      description="It is signed out at once and forgets its copy of your office's data. This cannot be undone; sign in there again to use it."
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button kind="danger" pending={revoke.isPending} onClick={() => revoke.mutate()}>
            {revoke.isPending ? "Revoking…" : "Revoke device"}
          </Button>
        </>
      }
    >
      <Problem error={revoke.error} />
    </Dialog>
  );
}

// HostConfig.Devices in both directions. Pure. The model's form is "<path on the host>:<path in the container>[:<rights>]",
// where the rights are left out when they are "rwm".

export interface EngineDevice {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

const ALL_RIGHTS = 'rwm';

export function printDevice(device: string): EngineDevice {
  const [host = '', container = host, rights = ALL_RIGHTS] = device.split(':');
  return { PathOnHost: host, PathInContainer: container, CgroupPermissions: rights };
}

export function parseDevice({ PathOnHost, PathInContainer, CgroupPermissions }: EngineDevice): string {
  const rights = CgroupPermissions === ALL_RIGHTS ? '' : `:${CgroupPermissions}`;
  return `${PathOnHost}:${PathInContainer}${rights}`;
}

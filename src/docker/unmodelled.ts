// Names every setting of a container that our model has no field for and that is not at rest. A setting that the engine
// learns tomorrow is named too, so nothing is trusted because it is unknown. Pure.

import { CONTAINER_LABELS } from '../model/names.ts';
import { isSteeringLabel } from '../model/steering-labels.ts';
import { hostConfigSchema, type InspectAnswer, type MountAnswer, processConfigSchema } from './inspect-schema.ts';

/** What an engine writes where nothing was asked for, beside the empty values of every type. */
const ENGINE_DEFAULTS: Readonly<Record<string, string>> = {
  'HostConfig.ConsoleSize': '[0,0]',
  'HostConfig.MemorySwappiness': '-1',
  'HostConfig.Isolation': '"default"',
};

/** Sorted names, for example "HostConfig.Binds", "Config.Volumes", "Mounts[/data].VolumeOptions", "Networks[bridge]". */
export function unmodelledSettings(answer: InspectAnswer): readonly string[] {
  return [
    ...unknownKeys({ where: 'HostConfig', settings: answer.HostConfig, known: Object.keys(hostConfigSchema.shape) }),
    ...unknownKeys({ where: 'Config', settings: answer.Config, known: Object.keys(processConfigSchema.shape) }),
    ...answer.HostConfig.Mounts.flatMap(mountExtras),
    ...foreignHostname(answer),
    ...steeringLabels(answer),
    ...uninvitedMounts(answer),
    ...uninvitedNetworks(answer),
    ...oddPorts(answer),
  ].sort();
}

interface Settings {
  readonly where: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly known: readonly string[];
}

function unknownKeys({ where, settings, known }: Settings): string[] {
  return Object.entries(settings)
    .filter(([key]) => !known.includes(key))
    .map(([key, setting]) => ({ name: `${where}.${key}`, setting }))
    .filter(({ name, setting }) => !isEmpty(setting) && JSON.stringify(setting) !== ENGINE_DEFAULTS[name])
    .map(({ name }) => name);
}

/** Volume drivers, subpaths, tmpfs options and what else can hide behind a mount. */
function mountExtras(mount: MountAnswer): string[] {
  const where = `Mounts[${mount.Target}]`;
  const known = ['Type', 'Source', 'Target', 'ReadOnly', 'BindOptions', 'VolumeOptions'];
  const bind = {
    where: `${where}.BindOptions`,
    settings: mount.BindOptions ?? {},
    known: ['Propagation', 'NonRecursive'],
  };
  return [...unknownKeys({ where, settings: mount, known }), ...unknownKeys(bind), ...volumeExtras(mount, where)];
}

/** A volume is as we print it when it is not filled from the image and nothing else is said; no other mount has such options. */
function volumeExtras({ Type, VolumeOptions }: MountAnswer, where: string): string[] {
  const { NoCopy = false, ...others } = VolumeOptions ?? {};
  const asPrinted = NoCopy === (Type === 'volume') && Object.values(others).every(isEmpty);
  return asPrinted ? [] : [`${where}.VolumeOptions`];
}

/** The engine names a host after the container's id, or after the node on its network; any other name was asked for. */
function foreignHostname({ Id, Config, HostConfig }: InspectAnswer): string[] {
  if (HostConfig.NetworkMode === 'host') return [];
  return Config.Hostname === '' || Id.startsWith(Config.Hostname) ? [] : ['Config.Hostname'];
}

/** Labels of the image that other software on the node acts on. */
function steeringLabels({ Config }: InspectAnswer): string[] {
  const ours: readonly string[] = Object.values(CONTAINER_LABELS);
  return Object.keys(Config.Labels)
    .filter((key) => !ours.includes(key) && isSteeringLabel(key))
    .map((key) => `Labels[${key}]`);
}

/** Mounted without being in the list: an anonymous volume of the image, or a bind by another way. Or writable against the list. */
function uninvitedMounts(answer: InspectAnswer): string[] {
  const asked = answer.HostConfig.Mounts;
  return answer.Mounts.filter(
    ({ Destination, RW }) => !asked.some(({ Target, ReadOnly }) => Target === Destination && !(ReadOnly && RW)),
  ).map(({ Destination }) => `Mounts[${Destination}]`);
}

/** A container can be moved to another network behind our back while its network mode still says "none". */
function uninvitedNetworks({ HostConfig, NetworkSettings }: InspectAnswer): string[] {
  const mode = HostConfig.NetworkMode;
  const invited = mode === 'default' || mode === '' ? 'bridge' : mode;
  return Object.keys(NetworkSettings?.Networks ?? {})
    .filter((network) => network !== invited)
    .map((network) => `Networks[${network}]`);
}

/** Ranges and names of ports, which the model cannot hold. */
function oddPorts({ HostConfig }: InspectAnswer): string[] {
  return Object.entries(HostConfig.PortBindings)
    .filter(([port, bindings]) => {
      const plain = bindings.every(({ HostPort }) => /^\d{0,5}$/.test(HostPort));
      return !/^\d{1,5}\/[a-z]+$/.test(port) || !plain;
    })
    .map(([port]) => `PortBindings[${port}]`);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

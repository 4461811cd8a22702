// Names every setting of a container that our model has no field for and that is not at rest. A setting that the engine
// learns tomorrow is named too, so nothing is trusted because it is unknown. Pure.

import { WORKSPACE_DIRECTORY } from '../model/container.ts';
import { CONTAINER_LABELS, workspaceVolumeOf } from '../model/names.ts';
import { isSteeringLabel } from '../model/steering-labels.ts';
import { hostConfigSchema, type InspectAnswer, type MountAnswer, processConfigSchema } from './inspect-schema.ts';
import { uninvitedNetworks, uninvitedPorts } from './uninvited-network.ts';
import { isEmpty, unknownKeys } from './unknown-keys.ts';

/** Sorted names, for example "HostConfig.Binds", "Config.Volumes", "Mounts[/data].VolumeOptions", "Networks[bridge]". */
export function unmodelledSettings(answer: InspectAnswer): readonly string[] {
  return [
    ...unknownKeys({ where: 'HostConfig', settings: answer.HostConfig, known: Object.keys(hostConfigSchema.shape) }),
    ...unknownKeys({ where: 'Config', settings: answer.Config, known: Object.keys(processConfigSchema.shape) }),
    ...answer.HostConfig.Mounts.flatMap(mountExtras),
    ...settingExtras(answer),
    ...foreignProgram(answer),
    ...foreignImage(answer),
    ...foreignHostname(answer),
    ...steeringLabels(answer),
    ...uninvitedMounts(answer),
    ...uninvitedNetworks(answer),
    ...uninvitedPorts(answer),
    ...oddPorts(answer),
  ].sort();
}

/** Parts of settings that the model has, such as the retries of a restart policy. */
function settingExtras({ HostConfig }: InspectAnswer): string[] {
  const { RestartPolicy, LogConfig, Ulimits, Devices, PortBindings } = HostConfig;
  return [
    { where: 'HostConfig.RestartPolicy', settings: RestartPolicy, known: ['Name'] },
    { where: 'HostConfig.LogConfig', settings: LogConfig, known: ['Type', 'Config'] },
    ...Ulimits.map((settings) => ({ where: 'HostConfig.Ulimits', settings, known: ['Name', 'Soft', 'Hard'] })),
    ...Devices.map((settings) => ({ where: 'HostConfig.Devices', settings, known: DEVICE_KEYS })),
    ...Object.entries(PortBindings).flatMap(([port, bindings]) =>
      bindings.map((settings) => ({ where: `PortBindings[${port}]`, settings, known: ['HostIp', 'HostPort'] })),
    ),
  ].flatMap(unknownKeys);
}

const DEVICE_KEYS = ['PathOnHost', 'PathInContainer', 'CgroupPermissions'];

/** The engine puts the two together at creation; what it starts must be what it says was asked for. */
function foreignProgram({ Path, Args, Config }: InspectAnswer): string[] {
  const started = JSON.stringify([Path, ...Args]);
  const [program = '', ...args] = [...Config.Entrypoint, ...Config.Cmd];
  return started === JSON.stringify([program, ...args]) ? [] : ['Path'];
}

/** We create by the id of an image, and that is what the engine keeps. */
const foreignImage = ({ Image, Config }: InspectAnswer): string[] => (Config.Image === Image ? [] : ['Config.Image']);

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

/** Mounted without being in the list: an anonymous volume of the image, or a bind by another way. Or otherwise than the list says, or not. */
function uninvitedMounts({ Config, HostConfig, Mounts }: InspectAnswer): string[] {
  const workspace = workspaceVolumeOf(Config.Labels[CONTAINER_LABELS.uid] ?? '');
  const foreign = Mounts.filter((found) => !HostConfig.Mounts.some((asked) => isAsAsked(found, asked, workspace)));
  const missing = HostConfig.Mounts.filter((asked) => !Mounts.some((found) => found.Destination === asked.Target));
  const places = [...foreign.map(({ Destination }) => Destination), ...missing.map(({ Target }) => Target)];
  return places.map((place) => `Mounts[${place}]`);
}

function isAsAsked(found: InspectAnswer['Mounts'][number], asked: MountAnswer, workspace: string): boolean {
  if (asked.Target !== found.Destination || asked.Type !== found.Type || (asked.ReadOnly && found.RW)) return false;
  if (asked.Type === 'volume') {
    // The driver of a workspace can be a plugin; it is compared with the volume itself (plan/attachment-proof.ts).
    const isWorkspace = asked.Source === workspace && asked.Target === WORKSPACE_DIRECTORY;
    return found.Name === asked.Source && (isWorkspace || found.Driver === 'local');
  }
  const propagation = asked.BindOptions?.Propagation ?? '';
  return found.Source === asked.Source && (propagation === '' || found.Propagation === propagation);
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

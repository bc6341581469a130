export { Hypervisor, HypervisorError } from './hypervisor.ts';
export type {
  BaseImage,
  ConsoleOutput,
  DiskSpec,
  HypervisorFacts,
  MachineChange,
  PowerState,
  ServerSpec,
} from './hypervisor.ts';

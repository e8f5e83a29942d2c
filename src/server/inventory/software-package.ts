import { Type, type Static } from 'typebox';
import type { PackageRecord } from '../../oceanbase/index.ts';
import { integerOrNull, textOrNull } from './or-null.ts';

/** A software package as OCP answers it. */
export const softwarePackageSchema = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String({ examples: ['oceanbase-ce'] }),
    fileName: Type.String({ examples: ['oceanbase-2.2.75-20210108170301.el7.x86_64.rpm'] }),
    extension: Type.String({ examples: ['rpm'] }),
    size: integerOrNull({ description: 'In bytes.' }),
    sha1: textOrNull(),
    downloadUrl: textOrNull(),
    type: Type.String({ examples: ['OB_CLUSTER'] }),
    version: Type.String({ examples: ['2.2.75'] }),
    buildNumber: Type.String({ examples: ['20210108170301'] }),
    operatingSystem: Type.String({ examples: ['el7'] }),
    architecture: Type.String({ examples: ['x86_64', 'aarch64'] }),
    deletable: Type.Boolean(),
  },
  { title: 'SoftwarePackage', additionalProperties: false },
);

/** A software package as OCP answers it; what is not known is null. */
export type SoftwarePackage = Static<typeof softwarePackageSchema>;

/** A package for the wire. Where its file lies on this machine stays behind. */
export function toSoftwarePackage(row: PackageRecord): SoftwarePackage {
  const { id, name, fileName, extension, size, sha1, downloadUrl } = row;
  const { type, version, buildNumber, operatingSystem, architecture, deletable } = row;
  return {
    ...{ id, name, fileName, extension, size, sha1, downloadUrl },
    ...{ type, version, buildNumber, operatingSystem, architecture, deletable },
  };
}

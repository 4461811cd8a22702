{{/* For labels: what this is. */}}
{{- define "mcpsession.name" -}}
{{ .Values.nameOverride | default "mcp-session-operator" }}
{{- end }}

{{/* Before the name of every object that only this release knows. Accounts, rights and what clients look for have fixed names. */}}
{{- define "mcpsession.fullname" -}}
{{ .Values.fullnameOverride | default "mcpsession" }}
{{- end }}

{{- define "mcpsession.namespace" -}}
{{ .Values.namespaceOverride | default .Release.Namespace }}
{{- end }}

{{/* Labels of every object: (dict "root" $ "component" "webhook"). */}}
{{- define "mcpsession.labels" -}}
app.kubernetes.io/name: {{ include "mcpsession.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- with .root.Values.global.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "mcpsession.selector" -}}
app.kubernetes.io/name: {{ include "mcpsession.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "mcpsession.image" -}}
{{- $image := .Values.image -}}
{{- $name := $image.repository -}}
{{- with .Values.global.imageRegistry }}{{ $name = printf "%s/%s" . $name }}{{ end -}}
{{- if $image.digest -}}{{ $name }}@{{ $image.digest }}{{- else -}}{{ $name }}:{{ $image.tag | default .Chart.AppVersion }}{{- end -}}
{{- end }}

{{/* A generated file of objects, in the namespace of the release. */}}
{{- define "mcpsession.generated" -}}
{{ .root.Files.Get .file | replace "mcpsession-system" (include "mcpsession.namespace" .root) }}
{{- end }}

{{/* Settings that every program has. */}}
{{- define "mcpsession.settings" -}}
logLevel: {{ .Values.logging.level }}
policyFile: /etc/mcpsession/policy/policy.yaml
metrics: {port: {{ .Values.metrics.port }}}
{{- end }}

{{/* Metadata and scheduling of a pod: (dict "root" $ "component" "webhook" "settings" text). A change of settings starts new pods; the
policy is followed live. */}}
{{- define "mcpsession.podMetadata" -}}
{{- $values := get .root.Values .component -}}
labels:
  {{- include "mcpsession.labels" . | nindent 2 }}
  {{- with $values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  checksum/settings: {{ include (printf "mcpsession.settings.%s" .component) .root | sha256sum }}
  {{- with $values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "mcpsession.podSpec" -}}
{{- $values := get .root.Values .component -}}
serviceAccountName: {{ .account | default (printf "mcpsession-%s" .component) }}
terminationGracePeriodSeconds: 30
{{- with .root.Values.global.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* What every program is told of its pod. */}}
{{- define "mcpsession.podFields" -}}
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
{{- end }}

{{/* Labels of what `helm test` needs. Another name than that of the programs, so that no Service and no NetworkPolicy of theirs selects its
pods. */}}
{{- define "mcpsession.testLabels" -}}
app.kubernetes.io/name: mcp-session-operator-test
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.global.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What all four containers have in common. */}}
{{- define "mcpsession.container" -}}
{{- $values := get .root.Values .component -}}
name: {{ .component }}
image: {{ include "mcpsession.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: [{{ .component }}, --config, /etc/mcpsession/settings/{{ .component }}.yaml]
env:
  {{- include "mcpsession.podFields" .root | nindent 2 }}
  {{- if eq .component "controller" }}
  - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
  - {name: NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
  {{- end }}
  {{- with $values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
resources: {{ toYaml $values.resources | nindent 2 }}
startupProbe:
  httpGet: {path: /healthz, port: metrics}
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: metrics}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: metrics}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
{{- end }}

{{- define "mcpsession.ports" -}}
- {name: metrics, containerPort: {{ .root.Values.metrics.port }}}
{{- $values := get .root.Values .component }}
{{- with $values.port }}
- {name: https, containerPort: {{ . }}}
{{- end }}
{{- end }}

{{- define "mcpsession.mounts" -}}
- {name: settings, mountPath: /etc/mcpsession/settings, readOnly: true}
- {name: policy, mountPath: /etc/mcpsession/policy, readOnly: true}
{{- $values := get .root.Values .component }}
{{- if ne (dig "certificate" "mode" "self" $values) "self" }}
- {name: certificate, mountPath: /etc/mcpsession/certificate, readOnly: true}
{{- end }}
{{- with $values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "mcpsession.volumes" -}}
{{- $fullname := include "mcpsession.fullname" .root -}}
- {name: settings, configMap: {name: {{ $fullname }}-{{ .component }}-settings}}
- {name: policy, configMap: {name: {{ $fullname }}-policy}}
{{- $values := get .root.Values .component }}
{{- if ne (dig "certificate" "mode" "self" $values) "self" }}
- {name: certificate, secret: {secretName: {{ include "mcpsession.certificateSecret" . }}}}
{{- end }}
{{- with $values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What a program that serves is told of its certificate. */}}
{{- define "mcpsession.certificate" -}}
{{- if eq .certificate.mode "self" -}}
{validDays: {{ .certificate.validDays }}}
{{- else -}}
{directory: /etc/mcpsession/certificate}
{{- end }}
{{- end }}

{{/* Of a certificate that others keep. */}}
{{- define "mcpsession.certificateSecret" -}}
{{- $certificate := (get .root.Values .component).certificate -}}
{{ $certificate.secretName | default (printf "%s-%s-tls" (include "mcpsession.fullname" .root) .component) }}
{{- end }}

{{/* "render", or "skip" when it is wanted and the cluster has no such kind. */}}
{{- define "mcpsession.serviceMonitor" -}}
{{- $monitor := .Values.metrics.serviceMonitor -}}
{{- if $monitor.enabled -}}
{{- if or (eq $monitor.renderMode "alwaysRender") (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor") -}}
render
{{- else if eq $monitor.renderMode "failIfMissing" -}}
{{- fail "metrics.serviceMonitor.enabled: true is not allowed in a cluster without the kind ServiceMonitor (monitoring.coreos.com/v1); install the Prometheus Operator, or set metrics.serviceMonitor.renderMode: alwaysRender" -}}
{{- else -}}
skip
{{- end -}}
{{- end -}}
{{- end }}

{{/* Of a container, and of a pod that needs nothing of its node; what values set wins, key by key. */}}
{{- define "mcpsession.lockedDown" -}}
{{- $default := dict "allowPrivilegeEscalation" false "privileged" false "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")) -}}
{{- with .add }}{{ $_ := set $default.capabilities "add" . }}{{ end -}}
{{ mergeOverwrite $default (deepCopy (get .root.Values .component).containerSecurityContext) | toYaml }}
{{- end }}

{{- define "mcpsession.nonRoot" -}}
{{- $default := dict "runAsNonRoot" true "runAsUser" 65532 "runAsGroup" 65532 "fsGroup" 65532 "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{ mergeOverwrite $default (deepCopy (get .root.Values .component).securityContext) | toYaml }}
{{- end }}

{{/* Directories of the node that the policy lets sessions see, of all profiles: the controller looks at them first. */}}
{{- define "mcpsession.allowedRoots" -}}
{{- $roots := dig "mounts" "allowedRoots" (list) .Values.policy | default (list) -}}
{{- range $profile := dig "profiles" (dict) .Values.policy | default (dict) -}}
{{- $roots = concat $roots (dig "mounts" "allowedRoots" (list) ($profile | default (dict)) | default (list)) -}}
{{- end -}}
{{ uniq $roots | toJson }}
{{- end }}

{{/* Root, as the owner of the Docker socket and of its own directory on the node; without any capability. */}}
{{- define "mcpsession.rootWithoutRights" -}}
{{- $default := dict "runAsUser" 0 "runAsGroup" 0 "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{ mergeOverwrite $default (deepCopy (get .root.Values .component).securityContext) | toYaml }}
{{- end }}

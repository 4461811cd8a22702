{{/* Labels of every object: (dict "root" $ "component" "webhook"). */}}
{{- define "mcpsession.labels" -}}
app.kubernetes.io/name: mcp-session-operator
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
app.kubernetes.io/name: mcp-session-operator
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
{{ .root.Files.Get .file | replace "mcpsession-system" .root.Release.Namespace }}
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

{{/* Labels and hooks of what `helm test` makes: (dict "root" $ "weight" "0"). Another name than that of the programs, so that no Service
and no NetworkPolicy of theirs selects it. A pod that failed stays until the next run, to be looked at; nothing else does. */}}
{{- define "mcpsession.testMetadata" -}}
labels:
  app.kubernetes.io/name: mcp-session-operator-test
  app.kubernetes.io/instance: {{ .root.Release.Name }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  {{- with .root.Values.global.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  helm.sh/hook: test
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
  helm.sh/hook-output-log-policy: hook-succeeded,hook-failed
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
{{- end }}

{{- define "mcpsession.volumes" -}}
- {name: settings, configMap: {name: mcpsession-{{ . }}-settings}}
- {name: policy, configMap: {name: mcpsession-policy}}
{{- end }}

{{- define "mcpsession.lockedDown" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "mcpsession.nonRoot" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}

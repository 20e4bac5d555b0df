{{- /* Names and labels. `.name` is the part, such as dispatch or nats; `.root` is the chart. */ -}}

{{- define "lacuna.base" -}}
{{- ternary .Release.Name (printf "%s-lacuna" .Release.Name) (contains "lacuna" .Release.Name) | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "lacuna.name" -}}
{{ include "lacuna.base" .root }}-{{ .name }}
{{- end -}}

{{- define "lacuna.selector" -}}
app.kubernetes.io/name: lacuna
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "lacuna.labels" -}}
{{ include "lacuna.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "lacuna.meta" -}}
name: {{ include "lacuna.name" . }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "lacuna.labels" . | nindent 2 }}
{{- end -}}

{{- define "lacuna.image" -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag }}{{- end -}}
{{- end -}}

{{- define "lacuna.ourImage" -}}
{{ include "lacuna.image" (mergeOverwrite (deepCopy .Values.image) (dict "tag" (.Values.image.tag | default .Chart.AppVersion))) }}
{{- end -}}

{{- define "lacuna.natsUsers" -}}
{{ .Values.nats.usersSecret | default (printf "%s-nats-users" (include "lacuna.base" .)) }}
{{- end -}}

{{- define "lacuna.natsUrl" -}}
{{ .Values.nats.externalUrl | default (printf "nats://%s-nats.%s.svc:4222" (include "lacuna.base" .) .Release.Namespace) }}
{{- end -}}

{{- define "lacuna.portOf" -}}
{{- $url := urlParse . -}}
{{- $port := regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) -}}
{{- $port | default (get (dict "http" "80" "https" "443" "nats" "4222" "tls" "4222") $url.scheme) -}}
{{- end -}}

using System.Text;
using System.Text.Json;
using Assay.Data;

namespace Assay.Tests.Preferences;

/// <summary>Rows of JSON Lines as a view.</summary>
internal static class PreferenceTables
{
    public static View Of(params string[] lines) =>
        new(
            Rows.Of(
                lines.Length,
                3,
                (builder, row) =>
                {
                    using JsonDocument document = JsonDocument.Parse(lines[row]);
                    foreach (JsonProperty property in document.RootElement.EnumerateObject())
                    {
                        ColumnBuilder column = builder.Column(property.Name);
                        switch (property.Value.ValueKind)
                        {
                            case JsonValueKind.String:
                                column.Set(Encoding.UTF8.GetBytes(property.Value.GetString()!));
                                break;
                            case JsonValueKind.True or JsonValueKind.False:
                                column.Set(property.Value.GetBoolean());
                                break;
                            case JsonValueKind.Number:
                                column.Set(property.Value.GetDouble());
                                break;
                            case JsonValueKind.Null:
                                column.SetMissing();
                                break;
                            default:
                                column.SetJson(Encoding.UTF8.GetBytes(property.Value.GetRawText()));
                                break;
                        }
                    }
                }
            )
        );
}
